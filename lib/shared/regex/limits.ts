/** Longest regular expression accepted; the CRD's own limits are 1024 (path) and 4096 (values). A longer one is refused. */
export const REGEX_PATTERN_CHARACTERS_MAX = 4096
/** Instructions of one compiled expression. A larger one is refused, and its rule left out of the table. */
export const REGEX_INSTRUCTIONS_MAX = 2000
/** What compiling an expression may cost by `compileCost`, about a microsecond each; a dearer one is refused unparsed. */
export const REGEX_COMPILE_COST_MAX = 50_000
/** Longest text an expression is run on. A longer one does not match: cost per request stays bounded. */
export const REGEX_INPUT_CHARACTERS_MAX = 8192
