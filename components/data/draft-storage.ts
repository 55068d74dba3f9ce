/** Drafts survive a reload of the tab: one entry in session storage per route. */
import type { DraftBase } from './draft'

export interface StoredDraft {
  readonly text: string
  /** What the draft was made from; null for an object that did not exist. */
  readonly base: DraftBase | null
}

/** A longer draft is kept in the page only: session storage holds about five megabytes for everything. */
export const DRAFT_BYTES_MAX = 1024 * 1024

const keyFor = (document: string) => `mirrorboard:draft:${document}`

function isStoredDraft(value: unknown): value is StoredDraft {
  return (
    typeof value === 'object' &&
    value !== null &&
    'text' in value &&
    typeof value.text === 'string' &&
    'base' in value &&
    typeof value.base === 'object'
  )
}

/** The kept draft, or null when there is none, or none that can be read. */
export function readDraft(document: string): StoredDraft | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(keyFor(document)) ?? 'null')
    return isStoredDraft(value) ? value : null
  } catch {
    return null
  }
}

/** Keeps or, with null, forgets a draft. Returns false when the browser would not keep it. */
export function writeDraft(document: string, draft: StoredDraft | null): boolean {
  try {
    if (draft === null) sessionStorage.removeItem(keyFor(document))
    else if (draft.text.length > DRAFT_BYTES_MAX) return false
    else sessionStorage.setItem(keyFor(document), JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}
