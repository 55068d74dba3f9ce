'use client'

import { type RefObject, useCallback, useEffect, useRef } from 'react'
import { flushSync } from 'react-dom'
import { editForm } from '@/components/language/edit-form'
import type { RouteForm } from '@/components/language/route-form'
import { askWorker } from '@/components/language/use-validation'
import type { EditRule } from './rule-section'
import type { FollowedForm } from './use-form'

interface EditsOptions {
  text: string
  namespace: string
  followed: FollowedForm
  onChange: (text: string) => void
  /** Gets why an edit can't be made; empty where it was. */
  onRefusal: (message: string) => void
  /** Is made to hold when the last edit is settled. */
  settled: RefObject<Promise<void>>
}

/** Tries that an edit gets while the text goes on changing under it. */
const ATTEMPTS_MAX = 5

interface Latest {
  current: EditsOptions
}

/** Makes an edit in the text as it is now; false where that was changed meanwhile. */
async function editNow(latest: Latest, [index, make]: Parameters<EditRule>): Promise<boolean> {
  const { text, namespace, followed } = latest.current
  const form = await followed.formNow()
  const rule = form?.rules[index]
  if (form === null || rule === undefined) return true
  const { documentIndex } = form
  const edits = make(rule)
  const question = {
    type: 'edit-form',
    text,
    defaultNamespace: namespace,
    documentIndex,
    edits,
  } as const
  const edited = await askWorker(question, () => editForm(question))
  const now = latest.current
  if (now.text !== text) return false
  now.onRefusal(edited.ok ? '' : edited.message)
  if (!edited.ok) return true
  // Known at once: the next edit may come before this one is drawn.
  latest.current = { ...now, text: edited.text, followed: shown(now.followed, edited.form) }
  // Drawn before the next edit is made, so that the editor gets each on its own and can undo it so.
  flushSync(() => {
    now.followed.follow(edited.text, edited.form)
    now.onChange(edited.text)
  })
  return true
}

/**
 * Makes edits of the form one after the other, each in the text and of the form as the one before has left them, and never over
 * what was typed meanwhile. Always the same function; what it returns is settled once the edit shows.
 */
export function useEdits(options: EditsOptions): EditRule {
  const latest = useRef(options)
  useEffect(() => {
    latest.current = options
  })
  return useCallback((...edit) => {
    const { settled } = latest.current
    const turn = async () => {
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
        if (await editNow(latest, edit)) return
      }
    }
    settled.current = settled.current.then(turn, turn)
    return settled.current
  }, [])
}

function shown(followed: FollowedForm, form: RouteForm | string): FollowedForm {
  return { ...followed, formNow: async () => (typeof form === 'string' ? null : form) }
}
