/** Limits of completion. */

/** Suggestions in one answer. Beyond, those that hold the typed text stay, and the answer says that it is not all. */
export const SUGGESTIONS_MAX = 100

/** Names a snippet offers at one of its stops; the first ones, as sorted. */
export const CHOICES_MAX = 20
