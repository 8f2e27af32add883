// What the pages of the site can do beyond HTML. All of it works without, by links and forms.

import { countCharacters } from "./forms.js";
import { searchInPlace } from "./results.js";
import { openReviews } from "./reviews.js";
import { showStatus } from "./status.js";

showStatus(document.getElementById("api_status"));
searchInPlace();
openReviews(document);
countCharacters();
