'use client'

import { useState } from 'react'
import type { DraftBase } from './draft'
import { readDraft, type StoredDraft, writeDraft } from './draft-storage'
import { useIsHydrated } from './use-cached-query'

export interface Draft {
  /** Null when there is no draft: the text is the live object's. */
  readonly draft: StoredDraft | null
  /** False when the browser refused to keep it: a reload would lose it. */
  readonly isKept: boolean
  edit(text: string, base: DraftBase | null): void
  discard(): void
}

/** The draft of one document, kept over reloads of the tab. Give the component a key per document. */
export function useDraft(document: string): Draft {
  const isHydrated = useIsHydrated()
  const [edited, setEdited] = useState<StoredDraft | null | undefined>(undefined)
  const [isKept, setIsKept] = useState(true)
  const draft = edited === undefined ? (isHydrated ? readDraft(document) : null) : edited
  const set = (next: StoredDraft | null) => {
    setEdited(next)
    setIsKept(writeDraft(document, next))
  }
  return {
    draft,
    isKept,
    edit: (text, base) => set({ text, base }),
    discard: () => set(null),
  }
}
