"use strict";

// 4-hbnb: the same, and the button asks POST /api/v1/places_search/ for those with the checked amenities, whose ids it
// sends as application/json.
$(() => {
  hbnb.showNames(hbnb.AMENITIES);
  hbnb.showStatus();
  hbnb.search({});
  hbnb.onSearch(() => hbnb.search({ amenities: hbnb.amenities() }));
});
