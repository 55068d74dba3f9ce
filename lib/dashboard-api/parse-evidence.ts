/** The text of a file someone chose → this → the evidence in it, or what the file is instead and what to do. */
import type { z } from 'zod'
import {
  EVIDENCE_BYTES_MAX,
  EVIDENCE_FORMAT,
  EVIDENCE_FORMAT_START,
  EVIDENCE_VERSION,
  type Evidence,
} from './evidence'
import { evidenceSchema } from './evidence-schema'

export type ParsedEvidence =
  | { readonly ok: true; readonly evidence: Evidence }
  /** Sentences: what is wrong with the file, and what to do. */
  | { readonly ok: false; readonly problem: string; readonly remedy: string }

type Refusal = Extract<ParsedEvidence, { ok: false }>

const CHOOSE = 'Choose the .json file that “Save evidence” on a route’s Compare page wrote.'
const SAVE_AGAIN =
  'Copy or download the file again, or save the evidence again on the route’s Compare page.'
const MIB = 1024 * 1024
/** Where the format of a file that was cut short can still be read. */
const FORMAT_WITHIN_CHARACTERS = 200
const VALUE_CHARACTERS_MAX = 40

/** Refuses a file by its size, before it is read; null for one that may be read. */
export function refuseBySize(bytes: number): Refusal | null {
  if (bytes === 0) return refuse('The file is empty.', CHOOSE)
  if (bytes <= EVIDENCE_BYTES_MAX) return null
  const size = (bytes / MIB).toFixed(1)
  const most = EVIDENCE_BYTES_MAX / MIB
  return refuse(`The file has ${size} MiB; an evidence file has at most ${most} MiB.`, CHOOSE)
}

/** Reads an evidence file's text. */
export function parseEvidence(text: string): ParsedEvidence {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuseText(text)
  }
  const refusal = refuseFormat(value)
  if (refusal !== null) return refusal
  const parsed = evidenceSchema.safeParse(value)
  if (!parsed.success) return refuseField(parsed.error.issues[0], value)
  // The words for kinds and models are only shown.
  return { ok: true, evidence: parsed.data as unknown as Evidence }
}

function refuse(problem: string, remedy: string): Refusal {
  return { ok: false, problem, remedy }
}

function refuseText(text: string): Refusal {
  if (!text.slice(0, FORMAT_WITHIN_CHARACTERS).includes(EVIDENCE_FORMAT_START)) {
    return refuse('The file is not JSON, so it holds no evidence.', CHOOSE)
  }
  return text.trimEnd().endsWith('}')
    ? refuse('It is an evidence file, but its JSON is damaged.', SAVE_AGAIN)
    : refuse('It is the beginning of an evidence file: its end is missing.', SAVE_AGAIN)
}

function refuseFormat(value: unknown): Refusal | null {
  const format = fieldOf(value, 'format')
  if (format === EVIDENCE_FORMAT) return null
  if (typeof format === 'string' && format.startsWith(EVIDENCE_FORMAT_START)) {
    const version = format.slice(EVIDENCE_FORMAT_START.length)
    return refuse(
      `It is an evidence file of format version ${shorten(version)}; this Mirrorboard reads version ${EVIDENCE_VERSION}.`,
      'Open it with the version of Mirrorboard that saved it, or update this one.',
    )
  }
  const kind = fieldOf(value, 'kind')
  const what =
    typeof kind === 'string' && typeof fieldOf(value, 'apiVersion') === 'string'
      ? `The file is a Kubernetes object of kind ${shorten(kind)}, not evidence.`
      : 'The file is JSON of another kind, not evidence.'
  return refuse(what, CHOOSE)
}

function refuseField(issue: z.core.$ZodIssue | undefined, file: unknown): Refusal {
  const path = issue?.path ?? []
  const at = path.reduce((value: unknown, step) => fieldOf(value, step), file)
  const place = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .slice(1)
  return refuse(
    `It is an evidence file, but ${place} ${at === undefined ? 'is missing' : problemOf(issue, at)}. The file was changed after it was saved, or damaged.`,
    SAVE_AGAIN,
  )
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  tuple: 'a pair of texts',
  object: 'an object',
  record: 'an object',
}

function problemOf(issue: z.core.$ZodIssue | undefined, value: unknown): string {
  const is = `is ${shorten(JSON.stringify(value))}`
  if (issue?.code === 'custom' || (Array.isArray(value) && issue?.code !== 'invalid_type')) {
    return issue?.message ?? is
  }
  if (issue?.code === 'invalid_type')
    return `${is}, and must be ${EXPECTED[issue.expected] ?? issue.expected}`
  if (issue?.code === 'too_small') return `${is}, and must be ${issue.minimum} or more`
  return `${is}, which is not allowed there`
}

function shorten(text: string): string {
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}…` : text
}

function fieldOf(value: unknown, name: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<PropertyKey, unknown>>)[name]
}
