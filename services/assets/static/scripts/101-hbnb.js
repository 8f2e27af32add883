"use strict";

// 101-hbnb: the same, and each card shows and hides the reviews of its place.
$(() => {
  hbnb.showNames(hbnb.AMENITIES);
  hbnb.showNames(hbnb.LOCATIONS);
  hbnb.showStatus();
  hbnb.search({}, hbnb.reviews);
  hbnb.onSearch(() => {
    const filters = { states: hbnb.states(), cities: hbnb.cities(), amenities: hbnb.amenities() };
    hbnb.search(filters, hbnb.reviews);
  });
});
