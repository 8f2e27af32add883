"use strict";

// 100-hbnb: the same with states and cities beside the amenities.
$(() => {
  hbnb.showNames(hbnb.AMENITIES);
  hbnb.showNames(hbnb.LOCATIONS);
  hbnb.showStatus();
  hbnb.search({});
  hbnb.onSearch(() => hbnb.search({ states: hbnb.states(), cities: hbnb.cities(), amenities: hbnb.amenities() }));
});
