'use client'

import { startTransition, useEffect, useRef, useState } from 'react'
import { type RouteForm, readForm } from '@/components/language/route-form'
import { askWorker } from '@/components/language/use-validation'
import { keepSame } from './keep-same'

interface Reading {
  readonly text: string
  readonly form: RouteForm | null
  /** Why the text has no form; `form` is then that of the last text that had one. */
  readonly reason: string
}

function readingOf(text: string, read: RouteForm | string, former: RouteForm | null): Reading {
  return typeof read === 'string'
    ? { text, form: former, reason: read }
    : { text, form: keepSame(former, read), reason: '' }
}

export interface FollowedForm extends Omit<Reading, 'text'> {
  /** The form of the very text, which the worker may still be at; null where it has none. */
  formNow(): Promise<RouteForm | null>
  /** Shows a text that the form itself has made, at once. */
  follow(written: string, form: RouteForm | string): void
}

function readAnywhere(text: string, namespace: string): Promise<RouteForm | string> {
  const question = { type: 'read-form', text, defaultNamespace: namespace } as const
  return askWorker(question, () => readForm(text, namespace))
}

/**
 * The form of a text. A text from outside is read in the worker, the newest after the one before, so that typing is not held
 * up; one that the form made itself is shown by `follow`, so that its fields always show what they wrote.
 */
export function useForm(text: string, namespace: string): FollowedForm {
  const [reading, setReading] = useState(() => readingOf(text, readForm(text, namespace), null))
  // Counts what the form wrote itself: an older answer is not shown over it.
  const own = useRef(0)
  const isAsking = useRef(false)
  useEffect(() => {
    if (text === reading.text || isAsking.current) return
    const asked = own.current
    isAsking.current = true
    void readAnywhere(text, namespace).then((read) => {
      isAsking.current = false
      startTransition(() => {
        // The same text again asks for the newest one, which has come meanwhile.
        setReading((former) =>
          asked === own.current ? readingOf(text, read, former.form) : { ...former },
        )
      })
    })
  }, [text, namespace, reading])
  return {
    form: reading.form,
    reason: reading.reason,
    formNow: async () => {
      const read = text === reading.text ? reading.form : await readAnywhere(text, namespace)
      return typeof read === 'string' ? null : read
    },
    follow: (written, form) => {
      own.current += 1
      setReading((former) => readingOf(written, form, former.form))
    },
  }
}
