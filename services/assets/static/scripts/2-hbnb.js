"use strict";

// 2-hbnb: the same, and the circle in the header tells whether the API is there.
$(() => {
  hbnb.showNames(hbnb.AMENITIES);
  hbnb.showStatus();
});
