import { existsSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '@/lib/shared/json'
import { admitObject } from '@/lib/validation/admit-object'
import { type CompiledSchema, compileSchema } from '@/lib/validation/compiled-schema'
import { formatFieldError } from '@/lib/validation/field-error'

const CASES_PATH = new URL('../../../shared/gateway-api/validation-cases.json', import.meta.url)

interface Case {
  readonly name: string
  readonly channel: string
  readonly kind: string
  readonly op: 'create' | 'update' | 'status'
  readonly object: JsonObject
  readonly old?: JsonObject
  readonly errors: string[]
  readonly defaulted: JsonObject
}

interface Crd {
  spec: {
    group: string
    scope: 'Namespaced' | 'Cluster'
    versions: { name: string; schema: { openAPIV3Schema: JsonObject } }[]
  }
}

const schemas = new Map<string, CompiledSchema | undefined>()

function schemaOf(channel: string, kind: string, apiVersion: string): CompiledSchema | undefined {
  const key = `${channel} ${kind} ${apiVersion}`
  if (!schemas.has(key)) schemas.set(key, readSchemaOf(channel, kind, apiVersion))
  return schemas.get(key)
}

/** Kinds the product does not serve have a folder of their own. */
const FOLDERS = ['', 'unserved/']

function readSchemaOf(channel: string, kind: string, apiVersion: string) {
  const singular = kind.toLowerCase()
  const plural = `${singular.replace(/([^aeiou])y$/, '$1ie').replace(/s$/, 'se')}s`
  const [group = ''] = apiVersion.split('/')
  // The GatewayClass rules are the same in both channels, so the standard file stands for both.
  const folder = kind === 'GatewayClass' ? 'standard' : channel
  const path = FOLDERS.map(
    (root) =>
      new URL(`../gateway-api/schema/${root}${folder}/${group}_${plural}.yaml`, import.meta.url),
  ).find((candidate) => existsSync(candidate))
  if (path === undefined) return undefined
  const crd: Crd = parse(readFileSync(path, 'utf8'))
  const version = crd.spec.versions.find(
    (served) => `${crd.spec.group}/${served.name}` === apiVersion,
  )
  if (version === undefined) return undefined
  return compileSchema(version.schema.openAPIV3Schema, {
    group: crd.spec.group,
    version: version.name,
    kind,
    messageForm: 'since-1.35',
    scope: crd.spec.scope,
  })
}

function run(testCase: Case, schema: CompiledSchema) {
  const create = testCase.op === 'create'
  const { object, errors } = admitObject(schema, testCase.object, {
    operation: create ? 'create' : 'update',
    ...(testCase.old === undefined ? {} : { old: testCase.old }),
    ...(testCase.op === 'status' ? { subresource: 'status' as const } : {}),
  })
  return { object, errors: [...new Set(errors.map(formatFieldError))].sort() }
}

/** Names carry a time stamp, and generation and resourceVersion belong to the store. */
function comparable(object: JsonObject): JsonObject {
  const { metadata: _, ...rest } = object
  return rest
}

describe.skipIf(!existsSync(CASES_PATH))(
  'upstream validation cases (skipped without shared)',
  () => {
    const cases: Case[] = existsSync(CASES_PATH) ? JSON.parse(readFileSync(CASES_PATH, 'utf8')) : []
    const figures = { run: 0, verdict: 0, object: 0, messages: 0 }
    afterAll(() => console.warn(`upstream cases: ${JSON.stringify(figures)} of ${cases.length}`))
    for (const [index, testCase] of cases.entries()) {
      const apiVersion = String(testCase.object['apiVersion'])
      const schema = schemaOf(testCase.channel, testCase.kind, apiVersion)
      const title = `${index} ${testCase.channel} ${testCase.kind} ${testCase.op} ${testCase.name}`
      it.skipIf(schema === undefined)(
        `${title}${schema === undefined ? ' (no CRD here)' : ''}`,
        () => {
          if (schema === undefined) return
          const { object, errors } = run(testCase, schema)
          const expected = [...new Set(testCase.errors)].sort()
          figures.run += 1
          figures.verdict += Number((errors.length === 0) === (expected.length === 0))
          figures.messages += Number(JSON.stringify(errors) === JSON.stringify(expected))
          expect(errors).toEqual(expected)
          expect(comparable(object)).toEqual(comparable(testCase.defaulted))
          figures.object += 1
        },
      )
    }
  },
)
