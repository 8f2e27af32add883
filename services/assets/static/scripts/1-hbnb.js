"use strict";

// 1-hbnb: the names of the checked amenities stand in their filter.
$(() => hbnb.showNames(hbnb.AMENITIES));
