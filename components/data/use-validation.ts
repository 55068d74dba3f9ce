'use client'

import { useEffect, useState } from 'react'
import type { FromWorker, ToWorker } from '@/components/editor/validation-messages'
import type { SchemaResponse } from '@/lib/dashboard-api/live'
import type { Diagnostic } from '@/lib/validation/diagnostic'

/** Typing faster than this validates once, at the pause. */
const PAUSE_MS = 120

interface Validator {
  post(message: ToWorker): void
  validate(text: string, defaultNamespace: string, onResult: (result: FromWorker) => void): void
}

function createValidator(): Validator {
  const worker = new Worker('/monaco/validation.worker.js', { name: 'validation' })
  let newest = 0
  let deliver: (result: FromWorker) => void = () => undefined
  const post = (message: ToWorker) => worker.postMessage(message)
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    // An answer about an older text is of no use to anyone.
    if (data.id === newest) deliver(data)
  }
  worker.onerror = (event) => {
    deliver({ id: newest, diagnostics: [], failure: event.message || 'the worker did not load' })
  }
  return {
    post,
    validate: (text, defaultNamespace, onResult) => {
      newest += 1
      deliver = onResult
      post({ type: 'validate', id: newest, text, defaultNamespace })
    },
  }
}

let shared: Validator | undefined

/** One worker for the page: it keeps its compiled schemas from one editor to the next. */
function sharedValidator(): Validator {
  shared ??= createValidator()
  return shared
}

export interface ValidationOptions {
  readonly text: string
  readonly defaultNamespace: string
  readonly schemas: readonly SchemaResponse[]
  /** JSON of `ClusterFacts`. */
  readonly facts: string
}

export interface Validation {
  readonly diagnostics: readonly Diagnostic[]
  readonly isChecking: boolean
  readonly failure: string
}

const NONE: readonly Diagnostic[] = []

interface Answer {
  readonly text: string
  readonly result: FromWorker
}

/** Validates in a worker, at the first pause in typing; the former findings stay until then. */
export function useValidation(options: ValidationOptions): Validation {
  const { text, defaultNamespace, schemas, facts } = options
  const [answer, setAnswer] = useState<Answer | null>(null)
  useEffect(() => sharedValidator().post({ type: 'schemas', schemas }), [schemas])
  useEffect(() => sharedValidator().post({ type: 'facts', facts }), [facts])
  // biome-ignore lint/correctness/useExhaustiveDependencies: new schemas and facts make the same text worth another look.
  useEffect(() => {
    let isCurrent = true
    const timer = setTimeout(() => {
      sharedValidator().validate(text, defaultNamespace, (result) => {
        if (isCurrent) setAnswer({ text, result })
      })
    }, PAUSE_MS)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [text, defaultNamespace, schemas, facts])
  return {
    diagnostics: answer?.result.diagnostics ?? NONE,
    isChecking: answer?.text !== text,
    failure: answer?.result.failure ?? '',
  }
}
