"use strict";
// Shows an OpenAPI document. Texts of the document become text nodes only, never markup.

const METHODS = ["get", "post", "put", "delete"];
const DEEPEST = 4;

/** An element with attributes and children; children that are texts stay texts. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.flat().filter((child) => child !== undefined && child !== ""));
  return made;
}

/** A text in which what stands between backticks is code. */
function prose(text) {
  return (text ?? "").split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

/** What `$ref` names, or the value itself. */
function resolved(api, value) {
  if (!value?.$ref) return value ?? {};
  return value.$ref.slice(2).split("/").reduce((at, key) => at[key.replaceAll("~1", "/")], api);
}

function nameOf(schema) {
  return schema?.$ref?.split("/").pop();
}

/** The type of a schema in words: "list of TargetResource", "integer (int64)". */
function typeOf(api, schema) {
  if (!schema || Object.keys(schema).length === 0) return "any";
  if (schema.$ref) return nameOf(schema);
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.filter((option) => option.type !== "null").map((option) => typeOf(api, option)).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.filter((word) => word !== null).join(" | ");
  const type = [schema.type].flat().filter((name) => name && name !== "null").join(" or ") || "any";
  if (type === "array") return `list of ${typeOf(api, schema.items)}`;
  if (type === "object" && schema.additionalProperties) return `object of ${typeOf(api, schema.additionalProperties)}`;
  return schema.format ? `${type} (${schema.format})` : type;
}

/** Rows for the members of a schema, nested ones indented by their path. */
function memberRows(api, schema, prefix, depth, seen) {
  const named = nameOf(schema);
  if (depth > DEEPEST || (named && seen.includes(named))) return [];
  const inside = named ? [...seen, named] : seen;
  const plain = resolved(api, schema);
  const options = (plain.anyOf ?? plain.oneOf ?? []).filter((option) => option.type !== "null");
  if (options.length === 1) return memberRows(api, options[0], prefix, depth, inside);
  if (plain.items) return memberRows(api, plain.items, `${prefix}[].`, depth, inside);
  if (typeof plain.additionalProperties === "object" && !plain.properties) {
    return named === "Links" ? [] : memberRows(api, plain.additionalProperties, `${prefix}*.`, depth, inside);
  }
  return Object.entries(plain.properties ?? {}).flatMap(([name, member]) => {
    const required = plain.required?.includes(name);
    const path = (prefix + name).replaceAll(".[]", "[]").replace(/^\[\]\./, "");
    const row = element("tr", {},
      element("td", {}, element("code", required ? { class: "required" } : {}, path)),
      element("td", { class: "type" }, typeOf(api, member)),
      element("td", {}, prose(member.description ?? (member.$ref ? "" : resolved(api, member).description))));
    return [row, ...memberRows(api, member, `${prefix}${name}.`, depth + 1, inside)];
  });
}

function schemaView(api, schema) {
  const rows = memberRows(api, schema, "", 0, []);
  const head = element("p", { class: "type" }, typeOf(api, schema));
  return rows.length ? [head, element("table", {}, rows)] : [head];
}

function parameters(operation) {
  const rows = (operation.parameters ?? []).map((parameter) =>
    element("tr", {},
      element("td", {}, element("code", parameter.required ? { class: "required" } : {}, parameter.name)),
      element("td", { class: "type" }, `${parameter.in}, ${typeOf({}, parameter.schema)}`),
      element("td", {}, prose(parameter.description))));
  return rows.length ? [element("h3", {}, "Parameters"), element("table", {}, rows)] : [];
}

function requestBody(api, operation) {
  const body = operation.requestBody;
  if (!body) return [];
  const types = Object.keys(body.content);
  const content = body.content[types[0]];
  const example = content.example && element("pre", {}, JSON.stringify(content.example, null, 2));
  const title = `Body${body.required ? "" : " (optional)"}: ${types.join(", ")}`;
  return [element("h3", {}, title), ...schemaView(api, content.schema), example];
}

function responses(api, operation) {
  const rows = [];
  const bodies = [];
  for (const [status, reference] of Object.entries(operation.responses)) {
    const response = resolved(api, reference);
    const types = Object.keys(response.content ?? {});
    rows.push(element("tr", {},
      element("td", {}, element("code", {}, status)),
      element("td", {}, prose(response.description)),
      element("td", { class: "type" }, types.length ? types.join(", ") : "no body")));
    const schema = response.content?.[types[0]]?.schema;
    if (status < "300" && schema) bodies.push(element("h3", {}, `Answer ${status}`), ...schemaView(api, schema));
  }
  return [...bodies, element("h3", {}, "Statuses"), element("table", {}, rows)];
}

/** An operation; what is inside is made when it is opened. */
function operationView(api, path, method, operation) {
  const authorities = Object.values(operation.security?.[0] ?? {}).flat();
  const view = element("details", { id: operation.operationId, class: operation.deprecated ? "deprecated" : "" },
    element("summary", {},
      element("span", { class: `method ${method}` }, method),
      element("span", { class: "path" }, path),
      element("span", { class: "summary" }, operation.summary)));
  view.dataset.words = [method, path, operation.summary, ...authorities].join(" ").toLowerCase();
  view.addEventListener("toggle", () => {
    if (view.childElementCount > 1) return;
    view.append(element("div", { class: "body" },
      element("p", {}, prose(operation.description)),
      parameters(operation), requestBody(api, operation), responses(api, operation)));
  });
  return view;
}

function show(api) {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]).map((method) => ({ path, method, operation: methods[method] })));
  const sections = api.tags.map((tag, index) => {
    const views = operations.filter(({ operation }) => operation.tags[0] === tag.name)
      .map(({ path, method, operation }) => operationView(api, path, method, operation));
    return element("section", { id: `section-${index}` },
      element("h2", {}, tag.name), element("p", { class: "note" }, prose(tag.description)), views);
  });
  const intro = element("p", {}, ...prose(api.info.description), " OpenAPI document: ",
    element("a", { href: current().dataset.document }, current().dataset.document));
  document.querySelector("#content").replaceChildren(intro, ...sections);
  document.querySelector("#sections").replaceChildren(...api.tags.map((tag, index) => {
    const link = element("a", { href: "" }, tag.name);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      document.querySelector(`#section-${index} h2`).scrollIntoView();
    });
    return link;
  }));
  filter();
}

function filter() {
  const words = document.querySelector("#filter").value.toLowerCase().split(/\s+/);
  for (const section of document.querySelectorAll("section")) {
    const views = [...section.querySelectorAll("details")];
    for (const view of views) view.hidden = !words.every((word) => view.dataset.words.includes(word));
    section.hidden = views.every((view) => view.hidden);
  }
}

/** The API the address names, the first otherwise. */
function current() {
  const links = [...document.querySelectorAll("#apis a")];
  return links.find((link) => link.hash === location.hash) ?? links[0];
}

async function load() {
  for (const link of document.querySelectorAll("#apis a")) link.removeAttribute("aria-current");
  current().setAttribute("aria-current", "page");
  try {
    const answer = await fetch(current().dataset.document);
    if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
    show(await answer.json());
  } catch (error) {
    document.querySelector("#content").replaceChildren(element("p", {}, `The document cannot be shown: ${error.message}`));
  }
}

window.addEventListener("hashchange", load);
document.querySelector("#filter").addEventListener("input", filter);
load();
