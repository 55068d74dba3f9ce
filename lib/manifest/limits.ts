/** Limits of reading a manifest. Past one of them the text gets a single problem that says so. */

/** Characters of text; checked before anything is parsed. */
export const TEXT_LENGTH_MAX = 1_048_576

/** Lines and values in one text: a manifest of 1 MiB has about 30,000 lines, a million tiny values would take seconds. */
export const VALUES_MAX = 100_000

/** Documents in one text; those before the limit are still read. */
export const DOCUMENTS_MAX = 50

/** Levels of nesting of maps and lists. */
export const NESTING_MAX = 100

/** Nodes that aliases may repeat in one document: a few lines of nested aliases can stand for billions. */
export const ALIAS_NODES_MAX = 20_000

/** Syntax problems kept for one document; the first few say all there is to say. */
export const PROBLEMS_PER_DOCUMENT_MAX = 20
