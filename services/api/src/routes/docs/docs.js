SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  tryItOutEnabled: true,
  // By default it sends the description to a validator on another host.
  validatorUrl: null,
});
