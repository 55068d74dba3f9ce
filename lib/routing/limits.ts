/** Longest regular expression accepted; the CRD's own limits are 1024 (path) and 4096 (values). */
export const REGEX_PATTERN_CHARACTERS_MAX = 4096
/** Instructions of one compiled expression. A larger one is refused when the route is translated. */
export const REGEX_INSTRUCTIONS_MAX = 2000
/** Nested groups in an expression; deeper ones are refused, so that parsing cannot exhaust the stack. */
export const REGEX_DEPTH_MAX = 64
/** Longest text an expression is run on. A longer one does not match: cost per request stays bounded. */
export const REGEX_INPUT_CHARACTERS_MAX = 8192
/** Longest host looked up among the hostnames (RFC 1035); a longer one meets only catch-all listeners. */
export const HOST_CHARACTERS_MAX = 253
/** Entries of `status.parents` the API holds (32). Foreign ones come first, so that ours give way. */
export const STATUS_PARENTS_MAX = 32
/** Conditions the API holds in one place. Ours come first. */
export const CONDITIONS_MAX = 8
/** Problems spelled out in one condition's message; the rest are counted. */
export const MESSAGES_MAX = 8
/** Candidates an explanation of a match tells the reasons of, the nearest misses; the rest are counted. */
export const EXPLAINED_CANDIDATES_MAX = 50
