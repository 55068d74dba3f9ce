/** What a header may be made of, as patterns for a whole text. */

/** A token, such as a header's name or a method: RFC 9110, section 5.6.2. */
export const HTTP_TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** A header's value: RFC 9110, section 5.5. */
export const HTTP_FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
