/** A manifest's text ⇄ the form beside it: what the form shows of the first HTTPRoute, and what its controls change. Pure. */

import { describeMatch } from '@/lib/gateway-api/describe-match'
import { backendShares, mirrorShare } from '@/lib/gateway-api/route-summary'
import type {
  BackendObjectReference,
  HTTPBackendRef,
  HTTPRequestMirrorFilter,
  HTTPRouteRule,
} from '@/lib/gateway-api/types'
import type { FieldEdit, FieldPath } from '@/lib/manifest/edit/field-edit'
import type { JsonObject } from '@/lib/shared/json'
import { readRoute } from '@/lib/validation/lints/read-route'
import { parseOnce } from './parse-once'

/** Characters of text that the form reads at every change; longer manifests are edited as text. */
export const FORM_TEXT_MAX = 200_000

export type MirrorAmount =
  | { readonly kind: 'all' }
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'fraction'; readonly numerator: number; readonly denominator: number }

/** A Service reference and where it is written. */
export interface ReferenceForm {
  readonly path: FieldPath
  readonly reference: BackendObjectReference
}

export interface BackendForm extends ReferenceForm {
  readonly index: number
  readonly weight: number | undefined
  /** Of the rule's requests, from 0 to 1. */
  readonly share: number
}

export interface MirrorForm extends ReferenceForm {
  /** Index in rule.filters. */
  readonly filterIndex: number
  readonly amount: MirrorAmount
  /** `5 %`, `1/3`. */
  readonly share: string
}

export interface RuleForm {
  readonly path: FieldPath
  /** `Rule 0`, as findings and field paths count, or its name. */
  readonly title: string
  /** Which requests it takes: `GET, path prefix /api, header x-env: canary or …`. */
  readonly takes: string
  readonly backends: readonly BackendForm[]
  readonly mirrors: readonly MirrorForm[]
  /** Types of the filters that the form leaves as they are. */
  readonly otherFilters: readonly string[]
}

export interface RouteForm {
  readonly documentIndex: number
  readonly namespace: string
  readonly rules: readonly RuleForm[]
}

/** What the form shows; or why it can't show the text. */
export function readForm(text: string, defaultNamespace: string): RouteForm | string {
  if (text.length > FORM_TEXT_MAX) {
    return `The form is for manifests of up to ${FORM_TEXT_MAX / 1000} kB. Edit this one as text.`
  }
  const { documents, problems } = parseOnce(text)
  const [problem] = problems
  if (problem !== undefined) {
    return `Correct line ${problem.range.startLine} of the manifest to use the form: ${problem.message}`
  }
  for (const { index, object } of documents) {
    const route = readRoute(object, defaultNamespace)
    if (route === null) continue
    const { namespace = defaultNamespace } = route.metadata
    return { documentIndex: index, namespace, rules: (route.spec.rules ?? []).map(readRule) }
  }
  return 'The manifest holds no HTTPRoute for the form to show.'
}

function readRule(rule: HTTPRouteRule, index: number): RuleForm {
  const path = ['spec', 'rules', index]
  const filters = rule.filters ?? []
  return {
    path,
    title: rule.name ?? `Rule ${index}`,
    takes: takesOf(rule),
    backends: readBackends(rule.backendRefs ?? [], path),
    mirrors: filters.flatMap(({ type, requestMirror }, filterIndex) =>
      type !== 'RequestMirror' || requestMirror === undefined
        ? []
        : [readMirror(requestMirror, filterIndex, path)],
    ),
    otherFilters: filters.map(({ type }) => type).filter((type) => type !== 'RequestMirror'),
  }
}

function takesOf({ matches = [] }: HTTPRouteRule): string {
  return matches.length === 0 ? 'every request' : matches.map(describeMatch).join(' or ')
}

function readBackends(refs: readonly HTTPBackendRef[], rule: FieldPath): BackendForm[] {
  const shares = backendShares(refs)
  return refs.map(({ weight, ...reference }, index) => ({
    path: [...rule, 'backendRefs', index],
    index,
    reference,
    weight,
    share: shares[index] ?? 0,
  }))
}

function readMirror(
  mirror: HTTPRequestMirrorFilter,
  filterIndex: number,
  rule: FieldPath,
): MirrorForm {
  const path = [...rule, 'filters', filterIndex, 'requestMirror', 'backendRef']
  return {
    path,
    filterIndex,
    reference: mirror.backendRef,
    amount: amountOf(mirror),
    share: mirrorShare(mirror),
  }
}

function amountOf({ percent, fraction }: HTTPRequestMirrorFilter): MirrorAmount {
  if (percent !== undefined) return { kind: 'percent', percent }
  if (fraction === undefined) return { kind: 'all' }
  return {
    kind: 'fraction',
    numerator: fraction.numerator,
    denominator: fraction.denominator ?? 100,
  }
}

/** The order in which the API's documentation writes the fields of a rule and of a reference. */
const RULE_FIELDS = ['matches', 'filters', 'backendRefs', 'timeouts', 'retry', 'sessionPersistence']
const REFERENCE_FIELDS = ['group', 'kind', 'name', 'namespace', 'port', 'weight', 'filters']

function following(fields: readonly string[], field: string): readonly string[] {
  return fields.slice(fields.indexOf(field) + 1)
}

/** Gives a field of a reference another value; undefined takes it out. */
export function setReference(
  { path, reference }: ReferenceForm,
  field: 'name' | 'namespace' | 'port' | 'weight',
  value: string | number | undefined,
): readonly FieldEdit[] {
  const before = following(REFERENCE_FIELDS, field)
  if (value !== undefined) return [{ op: 'set', path: [...path, field], value, before }]
  return Object.hasOwn(reference, field) || field === 'weight'
    ? [{ op: 'remove', path: [...path, field] }]
    : []
}

/** Another Service; its port comes along where it has only one, so that the reference is not wrong in between. */
export function setService(
  form: ReferenceForm,
  name: string,
  ports: readonly number[],
): readonly FieldEdit[] {
  const [port] = ports
  const edits = setReference(form, 'name', name)
  const isOther = port !== undefined && port !== form.reference.port
  return ports.length === 1 && isOther ? [...edits, ...setReference(form, 'port', port)] : edits
}

/** A backend behind the others. Beside others it begins without traffic, so that adding it moves none. */
export function addBackend(
  { path, backends }: RuleForm,
  target: BackendObjectReference,
): readonly FieldEdit[] {
  const { length } = backends
  return [
    {
      op: 'insert',
      path: [...path, 'backendRefs'],
      index: length,
      value: { ...toJson(target), ...(length === 0 ? {} : { weight: 0 }) },
      before: following(RULE_FIELDS, 'backendRefs'),
    },
  ]
}

/** Copies go to it at first for a tenth of the requests. */
export const NEW_MIRROR_PERCENT = 10

/** A mirror behind the rule's other filters. */
export function addMirror(
  { path, mirrors, otherFilters }: RuleForm,
  target: BackendObjectReference,
): readonly FieldEdit[] {
  return [
    {
      op: 'insert',
      path: [...path, 'filters'],
      index: mirrors.length + otherFilters.length,
      value: {
        type: 'RequestMirror',
        requestMirror: { backendRef: toJson(target), percent: NEW_MIRROR_PERCENT },
      },
      before: following(RULE_FIELDS, 'filters'),
    },
  ]
}

function toJson({ name, namespace, port }: BackendObjectReference): JsonObject {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(port === undefined ? {} : { port }),
  }
}

export function removeBackend({ path, backends }: RuleForm, index: number): readonly FieldEdit[] {
  const list = [...path, 'backendRefs']
  return [{ op: 'remove', path: backends.length === 1 ? list : [...list, index] }]
}

export function moveBackend({ path }: RuleForm, from: number, to: number): readonly FieldEdit[] {
  return [{ op: 'move', path: [...path, 'backendRefs'], from, to }]
}

export function removeMirror(rule: RuleForm, { filterIndex }: MirrorForm): readonly FieldEdit[] {
  const list = [...rule.path, 'filters']
  const isLast = rule.mirrors.length + rule.otherFilters.length === 1
  return [{ op: 'remove', path: isLast ? list : [...list, filterIndex] }]
}

/** Puts a mirror where another one is; filters of other types keep their order. */
export function moveMirror(
  { path }: RuleForm,
  from: MirrorForm,
  to: MirrorForm,
): readonly FieldEdit[] {
  return [{ op: 'move', path: [...path, 'filters'], from: from.filterIndex, to: to.filterIndex }]
}

/** How much the mirror copies: percent and fraction exclude each other, and neither means everything. */
export function setAmount({ path, amount }: MirrorForm, next: MirrorAmount): readonly FieldEdit[] {
  const mirror = path.slice(0, -1)
  const edits: FieldEdit[] = []
  if (amount.kind !== 'all' && amount.kind !== next.kind) {
    edits.push({ op: 'remove', path: [...mirror, amount.kind] })
  }
  if (next.kind === 'percent') {
    edits.push({ op: 'set', path: [...mirror, 'percent'], value: next.percent })
  }
  if (next.kind === 'fraction') {
    const { numerator, denominator } = next
    edits.push({ op: 'set', path: [...mirror, 'fraction'], value: { numerator, denominator } })
  }
  return edits
}

/** About the same amount, said in another way. */
export function amountAs(kind: MirrorAmount['kind'], amount: MirrorAmount): MirrorAmount {
  if (kind === 'all' || kind === amount.kind) return kind === 'all' ? { kind } : amount
  if (amount.kind === 'fraction') {
    const { numerator, denominator } = amount
    return { kind: 'percent', percent: Math.round((100 * numerator) / Math.max(denominator, 1)) }
  }
  const percent = amount.kind === 'percent' ? amount.percent : 100
  return kind === 'percent'
    ? { kind, percent }
    : { kind: 'fraction', numerator: percent, denominator: 100 }
}
