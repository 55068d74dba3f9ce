/** Query parameters → checked options, with the API server's complaints about bad ones. */

import type { FieldError } from '@/lib/validation/field-error'
import {
  forbiddenError,
  invalidError,
  notSupportedError,
  requiredError,
  tooLongError,
} from '@/lib/validation/field-errors'
import { MESSAGE_FORM } from '../api/kubernetes-version'
import { FIELD_MANAGER_BYTES_MAX } from '../api/limits'
import { failure, type Outcome, success } from '../api/outcome'
import { badRequest, internal, invalid } from '../api/status-error'
import type { WriteOptions } from '../requests/context'
import { isTrue } from '../requests/query-flag'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

export interface RequestOptions extends WriteOptions {
  readonly fieldValidation: FieldValidation
  readonly isForced: boolean
}

export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions'

const FIELD_VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn']

/** Options of a write; 422 in the name of the options kind when one is bad. `isApply` is a server-side apply. */
export function readWriteOptions(
  query: URLSearchParams,
  optionsKind: OptionsKind,
  userAgent: string | undefined,
  isApply = false,
): Outcome<RequestOptions> {
  const manager = query.get('fieldManager') ?? ''
  const fieldValidation = query.get('fieldValidation') ?? ''
  const force = query.get('force')
  const errors: FieldError[] = []
  if (isApply && manager === '') {
    errors.push(requiredError('fieldManager', 'is required for apply patch'))
  }
  if (optionsKind === 'PatchOptions' && !isApply && force !== null) {
    errors.push(forbiddenError('force', 'may not be specified for non-apply patch'))
  }
  errors.push(...managerErrors(manager), ...dryRunErrors(query))
  if (!FIELD_VALIDATIONS.includes(fieldValidation)) {
    errors.push(
      notSupportedError('fieldValidation', fieldValidation, FIELD_VALIDATIONS, MESSAGE_FORM),
    )
  }
  if (errors.length > 0) return failure(invalid(optionsKind, 'meta.k8s.io', '', errors))
  return success({
    manager: manager === '' ? managerFromUserAgent(userAgent) : manager,
    isDryRun: query.getAll('dryRun').some((value) => value !== ''),
    fieldValidation:
      fieldValidation === 'Strict' || fieldValidation === 'Ignore' ? fieldValidation : 'Warn',
    isForced: force === 'true' || force === '1',
  })
}

function managerErrors(manager: string): FieldError[] {
  if (Buffer.byteLength(manager) > FIELD_MANAGER_BYTES_MAX) {
    return [tooLongError('fieldManager', FIELD_MANAGER_BYTES_MAX, MESSAGE_FORM)]
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const at = manager.search(/[\u0000-\u001f\u007f]/)
  if (at < 0) return []
  const code = manager.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')
  const detail = `invalid character U+${code} (at position ${at})`
  return [invalidError('fieldManager', manager, detail, MESSAGE_FORM)]
}

/** The complaint about a dryRun that is not All, with the whole list. */
export function unsupportedDryRun(values: readonly string[]): FieldError {
  const list = values.map((value) => JSON.stringify(value)).join(', ')
  return {
    reason: 'FieldValueNotSupported',
    field: 'dryRun',
    message: `Unsupported value: []string{${list}}: supported values: "All"`,
  }
}

/** Errors of the dryRun parameter, whose only value is All. */
export function dryRunErrors(query: URLSearchParams): FieldError[] {
  return query
    .getAll('dryRun')
    .filter((value) => value !== '' && value !== 'All')
    .map((value) => unsupportedDryRun([value]))
}

/** `kubectl/v1.32.0 (linux/amd64)` → `kubectl`; `unknown` without a User-Agent. */
export function managerFromUserAgent(userAgent: string | undefined): string {
  const product = (userAgent ?? '').split('/')[0]?.slice(0, FIELD_MANAGER_BYTES_MAX) ?? ''
  return product === '' ? 'unknown' : product
}

export interface ListOptions {
  readonly limit: number
  readonly continueToken: string
  readonly resourceVersion: string
  readonly resourceVersionMatch: string
  readonly isWatch: boolean
  readonly timeoutSeconds: number
  readonly hasBookmarks: boolean
  readonly sendInitialEvents: boolean | undefined
}

/** Options of a list or watch; the code of a bad resourceVersion differs between them. */
export function readListOptions(
  query: URLSearchParams,
  isWatchPath: boolean,
  isWatchListEnabled: boolean,
): Outcome<ListOptions> {
  const limit = readInteger(query, 'limit')
  const timeoutSeconds = readInteger(query, 'timeoutSeconds')
  if (!limit.ok) return limit
  if (!timeoutSeconds.ok) return timeoutSeconds
  const sendInitialEvents = query.get('sendInitialEvents')
  const options: ListOptions = {
    limit: Math.max(0, limit.value),
    continueToken: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    isWatch: isWatchPath || isTrue(query.get('watch')),
    timeoutSeconds: timeoutSeconds.value,
    hasBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: sendInitialEvents === null ? undefined : isTrue(sendInitialEvents),
  }
  const errors = options.isWatch ? watchErrors(options, isWatchListEnabled) : listErrors(options)
  if (errors.length > 0) return failure(invalid('ListOptions', 'meta.k8s.io', '', errors))
  return versionError(options) ?? success(options)
}

/** A whole number of the query, 0 where it is missing or empty; 400 in Go's words for anything else. */
export function readInteger(query: URLSearchParams, name: string): Outcome<number> {
  const text = query.get(name) ?? ''
  if (text === '' || /^[+-]?\d{1,15}$/.test(text)) return success(Number(text))
  return failure(badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`))
}

const MATCH = 'resourceVersionMatch'

function listErrors(options: ListOptions): FieldError[] {
  const { resourceVersionMatch: match, resourceVersion } = options
  if (options.sendInitialEvents !== undefined) {
    return [forbiddenError('sendInitialEvents', 'sendInitialEvents is forbidden for list')]
  }
  if (match === '') return []
  if (resourceVersion === '') {
    return [forbiddenError(MATCH, `${MATCH} is forbidden unless resourceVersion is provided`)]
  }
  if (options.continueToken !== '') {
    return [forbiddenError(MATCH, `${MATCH} is forbidden when continue is provided`)]
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    return [notSupportedError(MATCH, match, ['Exact', 'NotOlderThan', ''], MESSAGE_FORM)]
  }
  if (match === 'Exact' && resourceVersion === '0') {
    return [forbiddenError(MATCH, `${MATCH} "exact" is forbidden for resourceVersion "0"`)]
  }
  return []
}

function watchErrors(options: ListOptions, isWatchListEnabled: boolean): FieldError[] {
  const { sendInitialEvents, resourceVersionMatch: match, continueToken } = options
  if (sendInitialEvents !== undefined && !isWatchListEnabled) {
    const detail =
      'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled'
    return [forbiddenError('sendInitialEvents', detail)]
  }
  const errors: FieldError[] = []
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    const detail = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
    errors.push(forbiddenError(MATCH, detail))
  }
  if (match === '') return errors
  if (sendInitialEvents === undefined) {
    const detail = `${MATCH} is forbidden for watch unless sendInitialEvents is provided`
    errors.push(forbiddenError(MATCH, detail))
  }
  if (match !== 'NotOlderThan') {
    errors.push(notSupportedError(MATCH, match, ['NotOlderThan'], MESSAGE_FORM))
  }
  if (continueToken !== '') {
    errors.push(forbiddenError(MATCH, `${MATCH} is forbidden when continue is provided`))
  }
  return errors
}

function versionError(options: ListOptions) {
  const { resourceVersion } = options
  const why = versionProblem(resourceVersion)
  if (why === undefined) return undefined
  return failure(options.isWatch ? internal(why) : badRequest(`invalid resource version: ${why}`))
}

/** Why a resourceVersion is no number, in Go's words; undefined when it is one, or empty. */
export function versionProblem(resourceVersion: string): string | undefined {
  if (/^\d{0,15}$/.test(resourceVersion)) return undefined
  const quoted = JSON.stringify(resourceVersion)
  const why = /^\d+$/.test(resourceVersion) ? 'value out of range' : 'invalid syntax'
  return `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: ${why}`
}
