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
