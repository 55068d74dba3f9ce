/** Limits of validation. What happens at each is said beside it. */

/** CEL programs and syntax trees kept by rule text; at the limit some are dropped and compiled again when needed. */
export const CEL_PROGRAMS_MAX = 4_000

/** Regular expressions kept by pattern; the oldest is dropped at the limit. */
export const REGULAR_EXPRESSIONS_MAX = 2_000

/** Texts a regular expression remembers its verdict on; at the limit it forgets them all. */
export const REMEMBERED_TEXTS_MAX = 64

/** Longest text, in characters, that is remembered so. */
export const REMEMBERED_TEXT_CHARACTERS_MAX = 64

/**
 * List elements visited and fields read by all rules of one object. The largest HTTPRoute (16 rules with 16 filters
 * and 16 backends of 16 filters each) needs about 230,000. At the limit the rule fails with the API
 * server's words for a spent cost budget, and no further rule runs.
 */
export const CEL_STEPS_MAX = 1_000_000

/** Levels of nesting in an object; a deeper one does not decode. */
export const OBJECT_DEPTH_MAX = 200

/** Diagnostics shown for one text; the rest are summed up in a last one. */
export const DIAGNOSTICS_MAX = 500

/** Longest value, in characters of JSON, whose rules are remembered as passed; longer ones are evaluated every time. */
export const PASSED_VALUE_CHARACTERS_MAX = 4_096

/** Characters of JSON remembered in all; the older half is forgotten at the limit. */
export const PASSED_CHARACTERS_MAX = 4_000_000
