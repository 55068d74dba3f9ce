/** Fields that a draft leaves out and others own, in words; and what it means to take them. Pure. */
import { plural } from '@/components/format/numbers'
import type { ManifestRequest, ManifestResult } from '@/lib/dashboard-api/manifests'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { type FieldSteps, fieldText } from '@/lib/manifest/ownership/field-tree'
import { type LeftField, leftOut } from '@/lib/manifest/ownership/left-out'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import { shortValue } from '@/lib/manifest/three-way/change-text'
import { LAST_APPLIED } from '@/lib/manifest/to-editable-yaml'
import { resultName } from './result-text'

export interface NamedField {
  readonly documentIndex: number
  readonly path: FieldSteps
  /** `metadata.labels.team`; with its object in front where several are reviewed. */
  readonly text: string
  readonly value: string
  readonly managers: readonly string[]
  /** It can't be taken over. */
  readonly isHeld: boolean
  /** Whether it is meant unless the person says otherwise. */
  readonly isMeant: boolean
}

/** What garbage collection, controllers and deployment tools go by: a draft that leaves it out seldom means to remove it. */
const BOOKKEEPING = [
  /^metadata\.(?:finalizers|ownerReferences)/,
  /^metadata\.annotations\[[^/]*\b(?:kubernetes|k8s)\.io\//,
  /^metadata\.(?:labels|annotations)\[[^/]*\b(?:helm\.sh|argoproj\.io|fluxcd\.io)\//,
  /^metadata\.labels\[app\.kubernetes\.io\/(?:managed-by|instance)\]/,
]

function named(field: LeftField): Omit<NamedField, 'documentIndex'> {
  const { path, value, managers, isHeld } = field
  const text = fieldText(path)
  const isMeant = !isHeld && !BOOKKEEPING.some((rule) => rule.test(text))
  return { path, text, value: shortValue(value), managers, isHeld, isMeant }
}

/** The fields that all results name, in their order. */
export function leftFields(results: readonly ManifestResult[]): readonly NamedField[] {
  return results.flatMap((result) =>
    result.left.map((field) => {
      const one = named(field)
      const where = results.length === 1 ? '' : `${resultName(result)}: `
      return { ...one, text: `${where}${one.text}`, documentIndex: result.documentIndex }
    }),
  )
}

/** What tells two fields apart. */
export function keyOfField({ documentIndex, path }: Pick<NamedField, 'documentIndex' | 'path'>) {
  return JSON.stringify([documentIndex, ...path])
}

/** The fields as a request names them. */
export function toRemove(fields: readonly NamedField[]): NonNullable<ManifestRequest['remove']> {
  return fields.map(({ documentIndex, path }) => ({ documentIndex, path: [...path] }))
}

/** `kubectl-client-side-apply and helm`; who they are where the server has not recorded it. */
export function ownersText(managers: readonly string[]): string {
  return managers.length === 0 ? 'no recorded manager' : new Intl.ListFormat('en').format(managers)
}

/** `2 fields that your draft leaves out would stay`. */
export function leftTitle(count: number, what: string): string {
  return `${plural(count, 'field')} that ${what} leaves out would stay`
}

/** `metadata.labels.legacy (kubectl-client-side-apply)`, several by comma. */
export function namesText(fields: readonly Pick<NamedField, 'text' | 'managers'>[]): string {
  return fields.map(({ text, managers }) => `${text} (${ownersText(managers)})`).join(', ')
}

/** What a version of the live object leaves out and its apply alone would let stay; what comes back as a default among it. */
export function staysInRestore(
  live: KubernetesObject,
  manifest: string,
): readonly Pick<NamedField, 'text' | 'managers'>[] {
  const [document] = parseManifest(manifest).documents
  return document === undefined ? [] : leftOut(live, document.object).map(named)
}

/** What applying does with the chosen fields, and what their owners may do then; a sentence each. */
export function removalSentences(
  fields: readonly NamedField[],
  results: readonly ManifestResult[],
): readonly string[] {
  const owners = [...new Set(fields.flatMap(({ managers }) => managers))]
  const them = fields.length === 1 ? 'it' : 'them'
  const record = (object: ManifestResult['live']) => object?.metadata.annotations?.[LAST_APPLIED]
  const hasRecord = results.some(
    ({ live, result }) => result !== null && record(live) !== record(result),
  )
  return [
    `Applying makes mirrorboard the owner of ${plural(fields.length, 'field')} and removes ${them}: ${namesText(fields)}.`,
    ...(owners.length === 0
      ? []
      : [
          `The next apply, sync or upgrade by ${ownersText(owners)} from a file or chart that still has ${them} sets ${them} again: change that too.`,
        ]),
    ...(hasRecord
      ? [
          `kubectl’s record of its last apply (${LAST_APPLIED}) is updated without ${them}, so that a later kubectl apply does not delete what somebody else sets there.`,
        ]
      : []),
  ]
}

/** What of the manifest is not applied, and why; undefined where all of it is. */
export function droppedText(dropped: readonly string[]): string | undefined {
  const isRecord = (field: string) => field.includes(LAST_APPLIED)
  const written = dropped.filter((field) => !isRecord(field))
  const parts = [
    ...(written.length === 0
      ? []
      : [
          `${new Intl.ListFormat('en').format(written)}: the API server writes ${written.length === 1 ? 'it' : 'them'}`,
        ]),
    ...dropped
      .filter(isRecord)
      .map(
        (field) => `${field}: it is kubectl’s own record, by which its next apply deletes fields`,
      ),
  ]
  return parts.length === 0 ? undefined : `${parts.join('; ')}.`
}
