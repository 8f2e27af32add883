"use strict";

// 3-hbnb: the same, and all places, as POST /api/v1/places_search/ gives them for the application/json `{}`.
$(() => {
  hbnb.showNames(hbnb.AMENITIES);
  hbnb.showStatus();
  hbnb.search({});
});
