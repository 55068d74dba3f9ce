/** Text + the cluster's schemas and objects → every finding about it. Pure, but for the cache of compiled schemas. */
import type { SchemaResponse } from '@/lib/dashboard-api/live'
import { splitApiVersion } from '@/lib/gateway-api/api-version'
import { START_OF_TEXT } from '@/lib/manifest/text-range'
import type { JsonObject } from '@/lib/shared/json'
import { type CompiledSchema, compileSchema } from '@/lib/validation/compiled-schema'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import type { MessageForm } from '@/lib/validation/field-error'
import type { ClusterFacts } from '@/lib/validation/lints/cluster-facts'
import { withDocuments } from '@/lib/validation/lints/with-documents'
import { capabilitiesOf } from '@/lib/validation/several-mirrors'
import { schemasByKey, validateParsed } from '@/lib/validation/validate-manifest'
import { judgedKind } from './judge-kind'
import { lintDocument } from './lint-document'
import { parseOnce } from './parse-once'
import { withTextFix } from './text-fixes'
import { withTypoFix } from './typo-fixes'
import type { ValidateMessage } from './validation-messages'

const compiled = new WeakMap<readonly SchemaResponse[], Map<string, CompiledSchema>>()

/** `v1.35.0+k3s1` → the wording of its messages; of an unknown version, the newer one. */
export function messageFormOf(kubernetesVersion: string): MessageForm {
  const minor = Number(/^v?1\.(\d+)/.exec(kubernetesVersion)?.[1] ?? Number.NaN)
  if (minor < 34) return 'before-1.34'
  return minor < 35 ? '1.34' : 'since-1.35'
}

function compileAll(responses: readonly SchemaResponse[]): Map<string, CompiledSchema> {
  const known = compiled.get(responses)
  if (known !== undefined) return known
  const schemas = schemasByKey(
    responses.map(({ apiVersion, kind, kubernetesVersion, openAPIV3Schema }) =>
      compileSchema(openAPIV3Schema as JsonObject, {
        ...splitApiVersion(apiVersion),
        kind,
        messageForm: messageFormOf(kubernetesVersion),
      }),
    ),
  )
  compiled.set(responses, schemas)
  return schemas
}

export interface ValidationContext {
  readonly schemas: readonly SchemaResponse[]
  /** `wishKey` of kinds that the cluster does not serve. */
  readonly unserved: readonly string[]
  readonly facts: ClusterFacts
  /** The object that the text is to change; null for a new one. */
  readonly stored: JsonObject | null
}

/** A text without objects is refused as a whole, so there is one thing to say, and what to do here. */
const NO_OBJECT: Diagnostic = {
  severity: 'error',
  code: 'manifest.empty',
  message:
    'The manifest is empty: there is nothing to apply. Write an HTTPRoute; Ctrl+Space offers whole ones.',
  fieldPath: '',
  documentIndex: 0,
  range: START_OF_TEXT,
}

/** Findings of schema, rules and references, each with its place. Never throws for any text. */
export function validateText(
  { text, defaultNamespace }: Pick<ValidateMessage, 'text' | 'defaultNamespace'>,
  { schemas, unserved, facts, stored }: ValidationContext,
): readonly Diagnostic[] {
  const manifest = parseOnce(text)
  const { documents, problems } = manifest
  if (documents.length === 0 && problems.length === 0) return [NO_OBJECT]
  const { gateways, gatewayClasses } = facts
  const written = documents.map(({ object }) => object)
  const known = withDocuments(written, facts, defaultNamespace)
  const lints = documents.flatMap((document) =>
    lintDocument(document, known, { text, defaultNamespace }),
  )
  // Until the schema has arrived only the text itself can be judged.
  const compiledSchemas = compileAll(schemas)
  const { diagnostics } = validateParsed(manifest, {
    schemas: compiledSchemas,
    defaultNamespace,
    ...(stored === null ? {} : { stored }),
    ...(gateways === null || gatewayClasses === null
      ? {}
      : { cluster: capabilitiesOf(gateways, gatewayClasses) }),
  })
  const byIndex = new Map(documents.map((document) => [document.index, document]))
  const own = diagnostics
    .flatMap((one) => judgedKind(one, byIndex.get(one.documentIndex), compiledSchemas, unserved))
    .map((one) => withTextFix(one, text))
    .map((one) => withTypoFix(one, byIndex.get(one.documentIndex), compiledSchemas))
  // Where admission refuses several mirrors, what a gateway would make of them is no matter.
  const isRefused = own.some(({ code }) => code === 'mirror.several-in-one-rule')
  return [...own, ...lints.filter(({ code }) => !isRefused || !code.startsWith('mirror.several'))]
}
