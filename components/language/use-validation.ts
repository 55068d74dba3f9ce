'use client'

import { useCallback, useEffect, useState } from 'react'
import type { CompletionRequest } from '@/lib/completion/complete-manifest'
import type { Completion } from '@/lib/completion/suggestion'
import type { SchemaResponse } from '@/lib/dashboard-api/live'
import type { SchemaWish } from '@/lib/gateway-api/wanted-schemas'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import type {
  Answer,
  FromWorker,
  Question,
  ToWorker,
  ValidatedMessage,
  ValidateMessage,
} from './validation-messages'

/** Typing faster than this validates once, at the pause. */
const PAUSE_MS = 120

interface Asked {
  resolve(answer: Answer): void
  reject(reason: Error): void
}

interface Validator {
  post(message: ToWorker): void
  /** Answers the way to stop waiting for the result. */
  validate(
    text: Omit<ValidateMessage, 'type' | 'id'>,
    onResult: (result: ValidatedMessage) => void,
  ): () => void
  complete(request: CompletionRequest): Promise<Completion | null>
  /** Rejects where the worker does not run. */
  ask(question: Question): Promise<Answer>
}

function createValidator(): Validator {
  const worker = new Worker('/monaco/validation.worker.js', { name: 'validation' })
  let validations = 0
  const validating = new Map<number, (result: ValidatedMessage) => void>()
  let completing: { id: number; resolve: (completion: Completion | null) => void } | undefined
  let questions = 0
  const asked = new Map<number, Asked>()
  let brokenBy: Error | undefined
  const post = (message: ToWorker) => worker.postMessage(message)
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    // An answer about an older text is of no use to anyone: nobody waits for it.
    if (data.type === 'validated') {
      validating.get(data.id)?.(data)
      validating.delete(data.id)
    }
    if (data.type === 'completed' && data.id === completing?.id) completing.resolve(data.completion)
    if (data.type === 'answered') {
      asked.get(data.id)?.resolve(data.answer)
      asked.delete(data.id)
    }
  }
  worker.onerror = (event) => {
    const failure = event.message || 'the worker did not load'
    for (const [id, deliver] of validating) {
      deliver({ type: 'validated', id, diagnostics: [], wishes: [], failure })
    }
    validating.clear()
    completing?.resolve(null)
    brokenBy = new Error(failure)
    for (const { reject } of asked.values()) reject(brokenBy)
    asked.clear()
  }
  return {
    post,
    validate: (text, onResult) => {
      validations += 1
      const id = validations
      validating.set(id, onResult)
      post({ type: 'validate', id, ...text })
      return () => validating.delete(id)
    },
    complete: (request) => {
      completing?.resolve(null)
      const id = (completing?.id ?? 0) + 1
      return new Promise((resolve) => {
        completing = { id, resolve }
        post({ type: 'complete', id, ...request })
      })
    },
    ask: (question) => {
      if (brokenBy !== undefined) return Promise.reject(brokenBy)
      questions += 1
      const id = questions
      return new Promise((resolve, reject) => {
        asked.set(id, { resolve, reject })
        post({ ...question, id })
      })
    },
  }
}

let shared: Validator | undefined

/** One worker for the page: it keeps its compiled schemas from one editor to the next. */
function sharedValidator(): Validator {
  shared ??= createValidator()
  return shared
}

/** What the worker answers to a question about a text; where it does not run, what `here` answers. */
export async function askWorker<Reply extends Answer>(
  question: Question,
  here: () => Reply,
): Promise<Reply> {
  try {
    return (await sharedValidator().ask(question)) as Reply
  } catch {
    return here()
  }
}

export interface ValidationOptions {
  readonly text: string
  readonly defaultNamespace: string
  readonly schemas: readonly SchemaResponse[]
  readonly unserved: readonly string[]
  /** JSON of `ClusterFacts`. */
  readonly facts: string
  /** JSON of the object that the text is to change; empty for a new one. */
  readonly stored: string
}

export interface Validation {
  readonly diagnostics: readonly Diagnostic[]
  readonly isChecking: boolean
  readonly failure: string
  /** Schemas the text needs. */
  readonly wishes: readonly SchemaWish[]
  /** What may stand at an offset of a text; null for nothing, or once another is asked for. */
  readonly complete: (text: string, offset: number) => Promise<Completion | null>
}

const NONE: readonly Diagnostic[] = []
const NO_WISHES: readonly SchemaWish[] = []

interface LastAnswer {
  readonly text: string
  readonly result: ValidatedMessage
}

/** Validates in a worker, at the first pause in typing; the former findings stay until then. */
export function useValidation(options: ValidationOptions): Validation {
  const { text, defaultNamespace, schemas, unserved, facts, stored } = options
  const [answer, setAnswer] = useState<LastAnswer | null>(null)
  useEffect(
    () => sharedValidator().post({ type: 'schemas', schemas, unserved }),
    [schemas, unserved],
  )
  useEffect(() => sharedValidator().post({ type: 'facts', facts }), [facts])
  // biome-ignore lint/correctness/useExhaustiveDependencies: new schemas and facts make the same text worth another look.
  useEffect(() => {
    let stop: () => void = () => undefined
    const timer = setTimeout(() => {
      stop = sharedValidator().validate({ text, defaultNamespace, stored }, (result) =>
        setAnswer({ text, result }),
      )
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [text, defaultNamespace, schemas, unserved, facts, stored])
  const complete = useCallback(
    (typed: string, offset: number) =>
      sharedValidator().complete({ text: typed, offset, defaultNamespace }),
    [defaultNamespace],
  )
  return {
    complete,
    diagnostics: answer?.result.diagnostics ?? NONE,
    isChecking: answer?.text !== text,
    failure: answer?.result.failure ?? '',
    wishes: answer?.result.wishes ?? NO_WISHES,
  }
}
