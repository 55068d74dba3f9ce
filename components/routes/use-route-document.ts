'use client'

import { useMemo, useState } from 'react'
import { baseOf, hasMovedOn } from '@/components/data/draft'
import { useDraft } from '@/components/data/use-draft'
import type { HTTPRoute } from '@/lib/gateway-api/types'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { newestOf } from './newest-version'

export type RouteDocument = ReturnType<typeof useRouteDocument>

/** Live object, draft, and what the editor therefore shows. */
export function useRouteDocument(
  { namespace, name }: { namespace: string; name: string },
  live: HTTPRoute | undefined,
) {
  const { draft, isKept, edit, discard } = useDraft(`${namespace}/${name}`)
  const [applied, setApplied] = useState<HTTPRoute | null>(null)
  // The apply's own answer is shown until the watch has caught up with it.
  const route = newestOf(live, applied)
  const liveText = useMemo(() => (route === undefined ? null : toEditableYaml(route)), [route])
  const liveBase = route === undefined || liveText === null ? null : baseOf(route, liveText)
  const movedOn = hasMovedOn(draft?.base ?? null, liveText)
  // Status updates give the object a new version without changing what the draft is about.
  const base = draft === null || (draft.base !== null && !movedOn) ? liveBase : draft.base
  return {
    route,
    text: draft?.text ?? liveText ?? '',
    isDirty: draft !== null,
    isKept,
    base,
    movedOn: draft !== null && movedOn,
    isGone: live === undefined && draft !== null,
    edit: (text: string) => {
      if (text === liveText) discard()
      else edit(text, draft === null ? liveBase : draft.base)
    },
    rebase: () => {
      if (draft !== null) edit(draft.text, liveBase)
    },
    /** What someone else's change is merged from; null when there is no such change. */
    mergeTexts:
      draft === null || draft.base === null || liveText === null || !movedOn
        ? null
        : { base: draft.base.text, live: liveText, draft: draft.text },
    merged: (text: string) => {
      if (text === liveText) discard()
      else edit(text, liveBase)
    },
    discard,
    settle: (object: HTTPRoute | null) => {
      setApplied(object)
      discard()
    },
  }
}
