/** The options of a DELETE: its body, or the query when there is none, with the API server's complaints about bad ones. */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import type { FieldError } from '@/lib/validation/field-error'
import { invalidError, notSupportedError } from '@/lib/validation/field-errors'
import { integerAt, listAt, textAt } from '../api/api-object'
import type { PropagationPolicy } from '../api/contracts'
import { goTypeOf } from '../api/go-format'
import { MESSAGE_FORM } from '../api/kubernetes-version'
import { failure, type Outcome, success } from '../api/outcome'
import { internal, invalid } from '../api/status-error'
import { notRegistered, parseBody, TYPE_META } from '../decode/decode-body'
import type { ServedKind } from '../kinds/served-kind'
import type { ApiRequest } from '../requests/api-request'
import type { DeleteOptions } from './delete-object'
import { readInteger, unsupportedDryRun } from './request-options'

const POLICIES = ['Foreground', 'Background', 'Orphan', 'nil']

/** What to delete how: 422 for options that contradict each other, 500 for a body that is no DeleteOptions. */
export function readDeleteOptions(request: ApiRequest): Outcome<DeleteOptions> {
  const given = request.body.length === 0 ? fromQuery(request.query) : fromBody(request)
  if (!given.ok) return given
  const options = given.value
  const errors = optionErrors(options)
  if (errors.length > 0) return failure(invalid('DeleteOptions', 'meta.k8s.io', '', errors))
  const preconditions = isJsonObject(options['preconditions']) ? options['preconditions'] : {}
  const { orphanDependents } = options
  const old = { true: 'Orphan', false: 'Background' } as const
  return success({
    uid: optionalText(preconditions, 'uid'),
    resourceVersion: optionalText(preconditions, 'resourceVersion'),
    isDryRun: listAt(options, 'dryRun').length > 0,
    propagationPolicy:
      typeof orphanDependents === 'boolean'
        ? old[`${orphanDependents}`]
        : policyOf(textAt(options, 'propagationPolicy')),
    gracePeriodSeconds: integerAt(options, 'gracePeriodSeconds'),
  })
}

/** Options whose policy the client left open, decided where the kind has a policy of its own, which is said in a warning. */
export function decidedDeletion(
  kind: ServedKind,
  options: DeleteOptions,
): { readonly options: DeleteOptions; readonly warnings: readonly string[] } {
  const { openPolicy } = kind.deletion
  if (options.propagationPolicy !== undefined || openPolicy === undefined) {
    return { options, warnings: [] }
  }
  const { policy, warning } = openPolicy
  return { options: { ...options, propagationPolicy: policy }, warnings: [warning] }
}

function optionalText(object: JsonObject, key: string): string | undefined {
  const value = object[key]
  return typeof value === 'string' ? value : undefined
}

function policyOf(text: string): PropagationPolicy | undefined {
  return text === 'Background' || text === 'Foreground' || text === 'Orphan' ? text : undefined
}

function fromQuery(query: URLSearchParams): Outcome<JsonObject> {
  const grace = readInteger(query, 'gracePeriodSeconds')
  if (!grace.ok) return grace
  const hasGrace = (query.get('gracePeriodSeconds') ?? '') !== ''
  const policy = query.get('propagationPolicy') ?? ''
  const orphan = query.get('orphanDependents')
  return success({
    dryRun: query.getAll('dryRun').filter((value) => value !== ''),
    ...(policy === '' ? {} : { propagationPolicy: policy }),
    ...(orphan === null ? {} : { orphanDependents: orphan !== 'false' && orphan !== '0' }),
    ...(hasGrace ? { gracePeriodSeconds: grace.value } : {}),
  })
}

function fromBody({ body, http }: ApiRequest): Outcome<JsonObject> {
  const parsed = parseBody(body, http.headers['content-type'])
  if (!parsed.ok) {
    if (parsed.error.code !== 400) return parsed
    return failure(internal(`couldn't get version/kind; ${parsed.error.message}`))
  }
  const value = parsed.value.value ?? {}
  if (!isJsonObject(value)) {
    const why = `json parse error: json: cannot unmarshal ${goTypeOf(value)} into Go value of type ${TYPE_META}`
    return failure(internal(`couldn't get version/kind; ${why}`))
  }
  const kind = textAt(value, 'kind')
  if (kind !== '' && kind !== 'DeleteOptions') {
    const version = textAt(value, 'apiVersion')
    return failure(internal(notRegistered(kind, version)))
  }
  const problem = FIELDS.map(([name, type, fits]) => {
    const field = value[name] ?? null
    return field === null || fits(field)
      ? undefined
      : `json: cannot unmarshal ${goTypeOf(field)} into Go struct field DeleteOptions.${name} of type ${type}`
  }).find((text) => text !== undefined)
  return problem === undefined ? success(value) : failure(internal(problem))
}

type Field = readonly [name: string, goType: string, fits: (value: JsonValue) => boolean]

const FIELDS: readonly Field[] = [
  ['gracePeriodSeconds', 'int64', Number.isInteger],
  ['preconditions', 'v1.Preconditions', isJsonObject],
  ['orphanDependents', 'bool', (value) => typeof value === 'boolean'],
  ['propagationPolicy', 'v1.DeletionPropagation', (value) => typeof value === 'string'],
  ['dryRun', '[]string', Array.isArray],
]

function optionErrors(options: JsonObject): FieldError[] {
  const errors: FieldError[] = []
  const policy = optionalText(options, 'propagationPolicy')
  if (policy !== undefined && typeof options['orphanDependents'] === 'boolean') {
    const detail = 'orphanDependents and deletionPropagation cannot be both set'
    errors.push(invalidError('propagationPolicy', policy, detail, MESSAGE_FORM))
  }
  if (policy !== undefined && policyOf(policy) === undefined) {
    errors.push(notSupportedError('propagationPolicy', policy, POLICIES, MESSAGE_FORM))
  }
  const dryRun = listAt(options, 'dryRun').map(String)
  if (dryRun.some((value) => value !== 'All')) errors.push(unsupportedDryRun(dryRun))
  return errors
}
