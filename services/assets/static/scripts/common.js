"use strict";

// What the scripts of the pages 1-hbnb to 101-hbnb share. A page loads jQuery, this file and its own script, in this
// order. What comes from the API goes into the page as text, descriptions alone keep harmless tags.

const hbnb = (() => {
  const AMENITIES = ".filters .amenities";
  const LOCATIONS = ".filters .locations";
  const MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ];
  const HARMLESS = new Set(["b", "i", "em", "strong", "br", "p", "ul", "ol", "li"]);
  // Their content is no text.
  const DROPPED = new Set(["script", "style"]);
  // Tags, comments, text between them.
  const TOKENS = /<(\/?)([a-z][a-z0-9]*)(?:"[^"]*"|'[^']*'|[^"'>])*>|<!--[^]*?-->|<[!?][^>]*>|[^<]+|</gi;

  // --- Filters

  // Shows the names of a filter's checked boxes, in the order of its list. The boxes themselves are what is remembered:
  // a browser may have checked some before this runs.
  function showNames(filter) {
    const boxes = $(filter).find("input:checkbox");
    const show = () => {
      const names = $.map(boxes.filter(":checked"), (box) => box.dataset.name);
      $(filter).find("h4").text(names.join(", ") || "\u00a0");
    };
    boxes.on("change", show);
    show();
  }

  function checkedIds(filter, isWanted) {
    const boxes = $(filter).find("input:checked").filter((_, box) => isWanted(box));
    return $.map(boxes, (box) => box.dataset.id);
  }

  // The cities of a state are a list in the state's item.
  const isCity = (box) => $(box).parents(`${LOCATIONS} li`).length > 1;
  const amenities = () => checkedIds(AMENITIES, () => true);
  const states = () => checkedIds(LOCATIONS, (box) => !isCity(box));
  const cities = () => checkedIds(LOCATIONS, isCity);

  function onSearch(search) {
    $(".filters button").on("click", (event) => {
      event.preventDefault();
      search();
    });
  }

  // --- The state of the API

  function showStatus() {
    const show = (isAvailable) => $("div#api_status").toggleClass("available", isAvailable);
    $.getJSON("/api/v1/status/").then((answer) => show(answer.status === "OK"), () => show(false));
  }

  // --- Places

  let searches = 0;

  // Replaces the cards by those of the places that the filters let through. Each may get more by `complete(place)`.
  function search(filters, complete = () => []) {
    searches += 1;
    const number = searches;
    const section = $("section.places");
    section.children("article, [role=alert]").remove();
    const request = {
      url: "/api/v1/places_search/",
      method: "POST",
      contentType: "application/json",
      data: JSON.stringify(filters),
      dataType: "json",
    };
    const fill = (content) => {
      // A later search may have been answered before.
      if (number === searches) {
        section.append(content);
      }
    };
    $.ajax(request).then(
      (places) => fill(places.sort(byName).map((place) => card(place).append(complete(place)))),
      () => fill($("<p role='alert'>").text("The places cannot be shown now. Please try again later.")),
    );
  }

  function byName(one, other) {
    if (one.name === other.name) {
      return 0;
    }
    return one.name < other.name ? -1 : 1;
  }

  function card(place) {
    return $("<article>").append(
      $("<h2>").text(place.name),
      block("price_by_night", `$${place.price_by_night}`),
      block("information").append(
        block("max_guest", counted(place.max_guest, "Guest")),
        block("number_rooms", counted(place.number_rooms, "Bedroom")),
        block("number_bathrooms", counted(place.number_bathrooms, "Bathroom")),
      ),
      owner(place.user_id),
      block("description").append(harmless(place.description)),
    );
  }

  const block = (name, text = "") => $("<div>").addClass(name).text(text);
  const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

  function owner(id) {
    const line = block("user").append($("<b>").text("Owner:"));
    nameOf(id).then((name) => (name ? line.append(document.createTextNode(` ${name}`)) : line.remove()));
    return line;
  }

  // --- People

  const names = new Map();

  // A promise of the name, empty if there is none; each person is asked for once.
  function nameOf(id) {
    if (!names.has(id)) {
      const asked = $.getJSON(`/api/v1/users/${encodeURIComponent(id)}`);
      const full = (user) => [user.first_name, user.last_name].filter(Boolean).join(" ");
      names.set(id, asked.then(full, () => ""));
    }
    return names.get(id);
  }

  // --- Descriptions

  // The nodes of a description: harmless tags without attributes, of all others what is in them. It is read by hand:
  // a browser that parses markup, even for a document that nobody sees, reports what the page's policy forbids in it.
  function harmless(html) {
    const open = [document.createDocumentFragment()];
    let dropped = null;
    for (const [token, slash, tag] of (html ?? "").matchAll(TOKENS)) {
      const name = tag?.toLowerCase();
      if (dropped) {
        dropped = slash && name === dropped ? null : dropped;
      } else if (DROPPED.has(name)) {
        dropped = slash ? null : name;
      } else if (HARMLESS.has(name)) {
        (slash ? close : begin)(open, name);
      } else if (!name && !/^<[!?]/.test(token)) {
        open.at(-1).append(decoded(token));
      }
    }
    return open[0];
  }

  function begin(open, name) {
    if ((name === "li" || name === "p") && open.at(-1).localName === name) {
      open.pop();
    }
    const node = open.at(-1).appendChild(document.createElement(name));
    if (name !== "br") {
      open.push(node);
    }
  }

  function close(open, name) {
    const at = open.findLastIndex((node) => node.localName === name);
    if (at > 0) {
      open.length = at;
    }
  }

  // A text without tags, its character references read.
  function decoded(text) {
    const area = document.createElement("textarea");
    area.innerHTML = text;
    return area.textContent;
  }

  // --- Reviews

  // The part of a card that shows and hides the place's reviews.
  function reviews(place) {
    const word = $("<span role='button' tabindex='0' aria-expanded='false'>").text("show");
    const part = block("reviews").append($("<h2>").text("Reviews"), word);
    let list = null;
    const toggle = () => {
      if (list) {
        list.remove();
        list = null;
      } else {
        list = $("<ul>").appendTo(part);
        fillReviews(list, place.id);
      }
      word.text(list ? "hide" : "show").attr("aria-expanded", Boolean(list));
    };
    word.on("click", toggle).on("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        toggle();
      }
    });
    return part;
  }

  async function fillReviews(list, id) {
    try {
      const written = await $.getJSON(`/api/v1/places/${encodeURIComponent(id)}/reviews`);
      written.sort((one, other) => (one.created_at < other.created_at ? 1 : -1));
      const items = written.map(async (review) => {
        const name = (await nameOf(review.user_id)) || "a guest";
        const head = `From ${name} the ${date(review.created_at)}`;
        return $("<li>").append($("<h3>").text(head), $("<p>").text(review.text));
      });
      list.append(await Promise.all(items));
    } catch {
      const alert = $("<p role='alert'>").text("The reviews cannot be shown now. Please try again later.");
      list.append($("<li>").append(alert));
    }
  }

  // The day of a time as the API gives it: `3rd May 2017`.
  function date(time) {
    const [year, month, day] = time.slice(0, 10).split("-").map(Number);
    const isTeen = day > 10 && day < 14;
    const end = (!isTeen && ["th", "st", "nd", "rd"][day % 10]) || "th";
    return `${day}${end} ${MONTHS[month - 1]} ${year}`;
  }

  return { AMENITIES, LOCATIONS, showNames, amenities, states, cities, onSearch, showStatus, search, reviews };
})();
