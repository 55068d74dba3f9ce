/** What may stand at the cursor, in terms an editor can show. */
export interface Suggestion {
  readonly kind: 'service' | 'port' | 'namespace' | 'gateway' | 'listener' | 'hostname' | 'snippet'
  readonly label: string
  /** What the cluster says about it, in one phrase. */
  readonly detail: string
  /** Replaces the completion's range. With `isSnippet`, in the snippet syntax of TextMate, as Monaco reads it. */
  readonly insertText: string
  readonly isSnippet: boolean
}

export interface Completion {
  /** Offsets into the text: what a suggestion replaces. */
  readonly start: number
  readonly end: number
  /** In the order to show them. */
  readonly suggestions: readonly Suggestion[]
  /** Whether more would fit than are listed: with more typed, other ones may be. */
  readonly isIncomplete: boolean
}
