/** A request body → an object of the wanted kind, pruned and defaulted, with what strict validation would refuse. */
import { type Document, LineCounter, parseAllDocuments } from 'yaml'
import { type Conversion, toJson } from '@/lib/manifest/to-json'
import { KUBECTL_YAML } from '@/lib/manifest/yaml-options'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { goQuote } from '@/lib/validation/go-text'
import { textAt } from '../api/api-object'
import type { DecodableKind } from '../api/contracts'
import { goTypeOf } from '../api/go-format'
import { goJsonError } from '../api/go-json-error'
import { groupVersionOf } from '../api/names'
import { failure, type Outcome, success } from '../api/outcome'
import { badRequest, unsupportedMediaType } from '../api/status-error'
import { duplicateFields, shapeProblem, yamlProblem } from './duplicate-fields'
import { decodeProtobuf } from './protobuf'
import { yamlDuplicates } from './yaml-duplicates'

export const BODY_TYPES = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
]

/** The Go type that a body's kind is read into, as messages print it. */
export const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

/** `k8s` and a zero, which begin every Kubernetes protobuf message. */
const PROTOBUF_PREFIX = Buffer.from('k8s\0')

/** Keys that a body sets twice, which strict field validation refuses. */
export interface Duplicates {
  /** Paths of them in a JSON body. */
  readonly fields: readonly string[]
  /** What a strict reader says of a YAML body, '' when it has none. */
  readonly yaml: string
}

const NO_DUPLICATES: Duplicates = { fields: [], yaml: '' }

export interface ParsedBody {
  readonly value: JsonValue
  readonly duplicates: Duplicates
  /** The body as text, which some error messages quote. */
  readonly text: string
}

/** The JSON value of a body. A missing Content-Type means JSON. */
export function parseBody(body: Buffer, contentType: string | undefined): Outcome<ParsedBody> {
  const type = mediaType(contentType)
  if (type === 'application/vnd.kubernetes.protobuf') return parseProtobuf(body)
  const text = body.toString('utf8')
  if (type === 'application/yaml') return parseYamlBody(text)
  if (type !== '' && type !== 'application/json') return failure(unsupportedMediaType(BODY_TYPES))
  const problem = shapeProblem(text)
  if (problem !== undefined) return failure(badRequest(problem))
  const value = parseJson(text)
  if (value === undefined) {
    return failure(badRequest(`json parse error: ${goJsonError(text) ?? 'invalid JSON'}`))
  }
  return success({ value, duplicates: { fields: duplicateFields(text), yaml: '' }, text })
}

/** The type of a Content-Type header without its parameters, in lower case; '' when there is none. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

function parseProtobuf(body: Buffer): Outcome<ParsedBody> {
  if (!body.subarray(0, 4).equals(PROTOBUF_PREFIX)) {
    const message = `provided data does not appear to be a protobuf message, expected prefix [${PROTOBUF_PREFIX.join(' ')}]`
    return failure(badRequest(message))
  }
  const value = decodeProtobuf(body)
  if (value === undefined) return failure(unsupportedMediaType(BODY_TYPES.slice(0, 2)))
  return success({ value, duplicates: NO_DUPLICATES, text: '' })
}

const YAML_TO_JSON = 'error converting YAML to JSON: '

/** YAML as the API server reads it, in the editor's own reading: the first document, aliases bounded so that they cannot explode. */
export function parseYamlBody(text: string): Outcome<ParsedBody> {
  const early = yamlProblem(text)
  if (early !== undefined) return failure(badRequest(early))
  const lineCounter = new LineCounter()
  const document = firstDocument(text, lineCounter)
  if (document === 'too deep') return failure(yamlError('yaml: exceeded max depth'))
  const [problemInText] = document?.errors ?? []
  if (problemInText !== undefined) return failure(yamlError(`yaml: ${problemInText.message}`))
  const { value, problems } = document === undefined ? NOTHING : toJson(document)
  // The last of several values counts, unless validation is strict.
  const problem = problems.find(({ code }) => code !== 'yaml.duplicate-key')
  if (problem !== undefined) {
    const isYamls = !problem.message.startsWith('json: ')
    return failure(yamlError(isYamls ? `yaml: ${problem.message}` : problem.message))
  }
  const tooLarge = shapeProblem(JSON.stringify(value))
  if (tooLarge !== undefined) return failure(badRequest(tooLarge))
  const lineOf = (offset: number) => lineCounter.linePos(offset).line
  const duplicates = { fields: [], yaml: yamlDuplicates(document?.contents, lineOf) }
  return success({ value, duplicates, text })
}

/** The parser recurses, so brackets without end exhaust the stack. */
function firstDocument(text: string, lineCounter: LineCounter): Document | 'too deep' | undefined {
  try {
    return parseAllDocuments(text, { ...KUBECTL_YAML, lineCounter })[0]
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return 'too deep'
  }
}

const NOTHING: Conversion = { value: null, problems: [] }

function yamlError(detail: string) {
  return badRequest(`${YAML_TO_JSON}${detail.split('\n')[0] ?? ''}`)
}

export interface DecodedObject {
  readonly object: JsonObject
  /** `unknown field "spec.foo"`, `duplicate field "spec.bar"`. */
  readonly problems: readonly string[]
}

/** Decodes a create or update body for a kind. */
export function decodeObject(
  kind: DecodableKind,
  body: Buffer,
  contentType: string | undefined,
): Outcome<DecodedObject> {
  const parsed = parseBody(body, contentType)
  if (!parsed.ok) {
    if (parsed.error.code !== 400) return parsed
    const text = body.toString('utf8')
    return failure(unrecognized(kind, unreadable(parsed.error.message), text))
  }
  const { duplicates, text } = parsed.value
  // Go reads null as a struct without fields.
  const value = parsed.value.value ?? {}
  if (!isJsonObject(value)) {
    const why = `couldn't get version/kind; json parse error: json: cannot unmarshal ${goTypeOf(value)} into Go value of type ${TYPE_META}`
    return failure(unrecognized(kind, why, text))
  }
  const typed = kind.isCustom ? value : withTypeMeta(kind, value)
  if (textAt(typed, 'kind') === '') {
    const why = `Object 'Kind' is missing in '${text}'`
    return failure(unrecognized(kind, why, text))
  }
  return decodeTyped(kind, typed, duplicates)
}

/** YAML and protobuf are recognized by their own decoders, JSON by its kind. */
function unreadable(message: string): string {
  const isJson = message.startsWith('json parse error')
  return isJson ? `couldn't get version/kind; ${message}` : message.replace(YAML_TO_JSON, '')
}

/** Built-in endpoints know the type of a body that does not say it. */
function withTypeMeta(kind: DecodableKind, value: JsonObject): JsonObject {
  return {
    ...value,
    apiVersion: textAt(value, 'apiVersion') || groupVersionOf(kind.resource),
    kind: textAt(value, 'kind') || kind.resource.kind,
  }
}

function unrecognized(kind: DecodableKind, why: string, text: string) {
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind.resource.kind}): ${why} (${excerpt(text)})`,
  )
}

/** The first bytes of a body: printed when they are text, in hexadecimal when they are short of being an object. */
function excerpt(text: string): string {
  if (text === '') return '<empty>'
  if (!/^\s*{/.test(text)) {
    const hex = Buffer.from(text).toString('hex')
    return hex.length > 30 ? `${hex.slice(0, 26)} ...` : hex
  }
  return text.length > 30 ? `${text.slice(0, 30)} ...` : text
}

/** Prunes and defaults an object that came from a body or, `isApplied`, out of a server-side apply; 400 when it is none of the kind. */
export function decodeTyped(
  kind: DecodableKind,
  object: JsonObject,
  duplicates: Duplicates = NO_DUPLICATES,
  isApplied = false,
): Outcome<DecodedObject> {
  const read = readAs(kind, object, duplicates, isApplied)
  return read.ok ? read : failure(badRequest(`${handledAs(kind, object)}: ${read.reason}`))
}

/** An object read as a kind, or why it cannot be: as a decoder says it, and as the conversion of a strategic patch does. */
export type ReadObject =
  | { readonly ok: true; readonly value: DecodedObject }
  | { readonly ok: false; readonly reason: string; readonly conversion?: string }

/** Prunes and defaults an object that came from a body or out of a patch. */
export function readAs(
  kind: DecodableKind,
  object: JsonObject,
  duplicates: Duplicates = NO_DUPLICATES,
  isApplied = false,
): ReadObject {
  const mismatch = kind.isCustom ? undefined : typeMismatch(kind, object)
  if (mismatch !== undefined) return { ok: false, reason: mismatch }
  const decoded = kind.decode(object, isApplied)
  if (!decoded.ok) return decoded
  const { unknownFields } = decoded
  const read = kind.isCustom
    ? duplicates.fields
    : // A decoder of structs does not look into what it does not know.
      duplicates.fields.filter((field) => !unknownFields.some((path) => isWithin(path, field)))
  const problems = [
    ...(duplicates.yaml === '' ? [] : [duplicates.yaml]),
    ...duplicateProblems(read),
    ...unknownFields.map(
      (field) => `unknown field ${kind.isCustom ? `"${field}"` : goQuote(field)}`,
    ),
  ]
  return { ok: true, value: { object: decoded.object, problems } }
}

/** What a strict decoder says of every field that is set twice. */
export function duplicateProblems(fields: readonly string[]): string[] {
  return fields.map((field) => `duplicate field ${goQuote(field)}`)
}

function isWithin(path: string, field: string): boolean {
  return field.startsWith(path) && /^($|[.[])/.test(field.slice(path.length))
}

/** Kinds that kube-apiserver has Go structs for, which it reads before it finds that they are not the wanted one. */
const GO_KINDS: Readonly<Record<string, string>> = {
  v1: 'Binding ConfigMap Endpoints Event LimitRange List Namespace Node PersistentVolume PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount',
  'apps/v1': 'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet',
  'batch/v1': 'CronJob Job',
  'coordination.k8s.io/v1': 'Lease',
  'discovery.k8s.io/v1': 'EndpointSlice',
  'networking.k8s.io/v1': 'Ingress IngressClass NetworkPolicy',
  'rbac.authorization.k8s.io/v1': 'ClusterRole ClusterRoleBinding Role RoleBinding',
}

function typeMismatch(kind: DecodableKind, object: JsonObject): string | undefined {
  const expected = groupVersionOf(kind.resource)
  const apiVersion = textAt(object, 'apiVersion')
  const claimed = textAt(object, 'kind')
  if (apiVersion === expected && claimed === kind.resource.kind) return undefined
  const isKnown = GO_KINDS[apiVersion]?.split(' ').includes(claimed.replace(/(?<=.)List$/, ''))
  if (isKnown === true) {
    const internal = `${kind.resource.group.split('.')[0] || 'core'}.${kind.resource.kind}`
    return `converting (v1.${claimed}) to (${internal}): unknown conversion`
  }
  return notRegistered(claimed, apiVersion, 'k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30')
}

/** `HTTPRoute in version "v1" cannot be handled as a HTTPRoute`, which begins every decoding error. */
export function handledAs(
  kind: { readonly resource: { readonly kind: string } },
  object: JsonObject,
): string {
  const apiVersion = textAt(object, 'apiVersion')
  const version = apiVersion.slice(apiVersion.lastIndexOf('/') + 1)
  return `${textAt(object, 'kind')} in version ${JSON.stringify(version)} cannot be handled as a ${kind.resource.kind}`
}

/** Why Go's decoder knows no struct for a kind; `scheme` is where the set of kinds it looked in was made. */
export function notRegistered(
  kind: string,
  version: string,
  scheme = 'pkg/runtime/scheme.go:110',
): string {
  return `no kind "${kind}" is registered for version "${version}" in scheme "${scheme}"`
}
