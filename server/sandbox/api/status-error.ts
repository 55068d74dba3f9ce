/**
 * Failures in kube-apiserver's exact words, one function per reason.
 * https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors
 */
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import { joinFieldErrors } from '@/lib/validation/field-errors'
import { FIELD_ERRORS_MAX } from './limits'
import type { ApiStatus } from './outcome'

type Names = Pick<ResourceKind, 'group' | 'kind' | 'plural'>

/** `httproutes.gateway.networking.k8s.io`, or `services` in the core group. */
export function qualified(name: string, group: string): string {
  return group === '' ? name : `${name}.${group}`
}

function details(name: string, group: string, kind: string): JsonObject {
  const result: JsonObject = {}
  if (name !== '') result['name'] = name
  if (group !== '') result['group'] = group
  if (kind !== '') result['kind'] = kind
  return result
}

/** 404: no object of that name. */
export function notFound(resource: Names, name: string): ApiStatus {
  return {
    code: 404,
    reason: 'NotFound',
    message: `${qualified(resource.plural, resource.group)} "${name}" not found`,
    details: details(name, resource.group, resource.plural),
  }
}

/** No API at this path. */
export function pageNotFound(): ApiStatus {
  return { code: 404, reason: 'NotFound', message: '404 page not found', isPlainText: true }
}

/** No such resource in an API group that is served. */
export function resourceNotFound(): ApiStatus {
  const message = 'the server could not find the requested resource'
  return { code: 404, reason: 'NotFound', message, details: {} }
}

/** 409: create found the name taken. */
export function alreadyExists(resource: Names, name: string): ApiStatus {
  return {
    code: 409,
    reason: 'AlreadyExists',
    message: `${qualified(resource.plural, resource.group)} "${name}" already exists`,
    details: details(name, resource.group, resource.plural),
  }
}

/** Optimistic locking failed. */
export function conflict(resource: Names, name: string, why = MODIFIED): ApiStatus {
  return {
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(resource.plural, resource.group)} "${name}": ${why}`,
    details: details(name, resource.group, resource.plural),
  }
}

const MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again'

/** 422 with one cause per error. The message names each text once, the causes keep repetitions. */
export function invalid(
  kind: string,
  group: string,
  name: string,
  all: readonly FieldError[],
): ApiStatus {
  const errors = all.slice(0, FIELD_ERRORS_MAX)
  return {
    code: 422,
    reason: 'Invalid',
    message: `${qualified(kind, group)} "${name}" is invalid: ${joinFieldErrors(errors)}`,
    details: {
      ...details(name, group, kind),
      causes: errors.map((error) => ({
        reason: error.reason,
        message: error.message,
        field: error.field,
      })),
    },
  }
}

/** 400 for a request that cannot be understood. */
export function badRequest(message: string): ApiStatus {
  return { code: 400, reason: 'BadRequest', message }
}

/** A Status without a reason, as Go errors that nobody mapped come out. */
export function internal(message: string): ApiStatus {
  return { code: 500, reason: '', message }
}

/** 403 with the reason behind a colon. */
export function forbidden(resource: Names, name: string, message: string): ApiStatus {
  return {
    code: 403,
    reason: 'Forbidden',
    message: `${qualified(resource.plural, resource.group)} "${name}" is forbidden: ${message}`,
    details: details(name, resource.group, resource.plural),
  }
}

/** 401: no token, or a wrong one. */
export function unauthorized(): ApiStatus {
  return { code: 401, reason: 'Unauthorized', message: 'Unauthorized' }
}

/** 405: the path exists, the verb does not. */
export function methodNotAllowed(): ApiStatus {
  return {
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  }
}

/** 406: none of the media types asked for is served. */
export function notAcceptable(accepted: readonly string[], isBuiltin: boolean): ApiStatus {
  const list = accepted.join(', ')
  const refusal = { code: 406, reason: 'NotAcceptable' }
  return isBuiltin
    ? {
        ...refusal,
        message: `406: Not Acceptable\n\nAvailable representations: ${list}`,
        details: {},
      }
    : { ...refusal, message: `only the following media types are accepted: ${list}` }
}

/** 415: the body is of a type that is not read here. */
export function unsupportedMediaType(accepted: readonly string[]): ApiStatus {
  return {
    code: 415,
    reason: 'UnsupportedMediaType',
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  }
}

/** 413: the body is longer than `limit` bytes. */
export function tooLarge(limit: number): ApiStatus {
  return {
    code: 413,
    reason: 'RequestEntityTooLarge',
    message: `Request entity too large: limit is ${limit}`,
  }
}

/** 429 with a second to wait. */
export function tooManyRequests(message: string): ApiStatus {
  return {
    code: 429,
    reason: 'TooManyRequests',
    message,
    details: { retryAfterSeconds: 1 },
  }
}

/** The disk is full, or the store holds as much as it may. */
export function insufficientStorage(message: string): ApiStatus {
  return { code: 507, reason: 'InsufficientStorage', message }
}

/** The resourceVersion is older than the history. */
export function expired(message: string): ApiStatus {
  return { code: 410, reason: 'Expired', message }
}

/** The resourceVersion is from the future and did not arrive in time. */
export function versionTooLarge(asked: number, current: number): ApiStatus {
  return {
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  }
}

/** The wire form of a failure. */
export function statusObject(error: ApiStatus): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: error.continueToken === undefined ? {} : { continue: error.continueToken },
    status: 'Failure',
    message: error.message,
    ...(error.reason === '' ? {} : { reason: error.reason }),
    ...(error.details === undefined ? {} : { details: error.details }),
    code: error.code,
  }
}

/** 503: something behind the server is not there to answer. */
export function serviceUnavailable(message: string): ApiStatus {
  return { code: 503, reason: 'ServiceUnavailable', message }
}
