"use strict";

// The words of scripts in the language of the page. MESSAGES and pluralOf stand before this script: see
// recog/web/static_files.py. A message is English text with %(name)s for values.
const written = (number, decimals = 0) =>
  new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(number);

const filledIn = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

const gettext = (message, values = {}) => filledIn(MESSAGES[message]?.[0] ?? message, values);

// A message about a number of things, which is its value `num` too.
const ngettext = (one, many, number, values = {}) => {
  const forms = MESSAGES[one] ?? [one, many];
  return filledIn(forms[pluralOf(number)], { num: written(number), ...values });
};
