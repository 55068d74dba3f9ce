import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '@/lib/shared/json'
import { admitObject } from '@/lib/validation/admit-object'
import { type CompiledSchema, compileSchema } from '@/lib/validation/compiled-schema'
import { formatFieldError, type MessageForm } from '@/lib/validation/field-error'

/**
 * Mutated objects with the answers of the API server's own code (k8s.io/apiextensions-apiserver 0.36.3 and 0.34.2) by the
 * definitions in lib/gateway-api/schema: one for each kind of message that tens of thousands of them gave.
 */
interface Case {
  /** `standard HTTPRoute`: channel and kind. */
  readonly schema: string
  readonly object: JsonObject
  readonly old?: JsonObject
  readonly errors: readonly string[]
}

const FILES: readonly (readonly [file: string, form: MessageForm, fewest: number])[] = [
  ['fuzzed-1.36-create.ndjson', 'since-1.35', 70],
  ['fuzzed-1.36-update.ndjson', 'since-1.35', 40],
  ['fuzzed-1.34-create.ndjson', '1.34', 50],
]

const PLURALS: Readonly<Record<string, string>> = {
  Gateway: 'gateways',
  GatewayClass: 'gatewayclasses',
  GRPCRoute: 'grpcroutes',
  HTTPRoute: 'httproutes',
  ReferenceGrant: 'referencegrants',
}

const schemas = new Map<string, CompiledSchema>()

function schemaOf(name: string, messageForm: MessageForm): CompiledSchema {
  const key = `${messageForm} ${name}`
  const known = schemas.get(key)
  if (known !== undefined) return known
  const [channel = '', kind = ''] = name.split(' ')
  const path = `../gateway-api/schema/${channel}/gateway.networking.k8s.io_${PLURALS[kind]}.yaml`
  const { spec } = parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
  const version = spec.versions.find((served: { name: string }) => served.name === 'v1')
  const schema = compileSchema(version.schema.openAPIV3Schema, {
    group: spec.group,
    version: 'v1',
    kind,
    messageForm,
    scope: spec.scope,
  })
  schemas.set(key, schema)
  return schema
}

function readCases(file: string): Case[] {
  const text = readFileSync(new URL(`./testdata/${file}`, import.meta.url), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe.each(FILES)('%s', (file, form, fewest) => {
  it('gets the answers of the API server’s own code', () => {
    const cases = readCases(file)
    expect(cases.length).toBeGreaterThanOrEqual(fewest)
    for (const [index, { schema: name, object, old, errors }] of cases.entries()) {
      const schema = schemaOf(name, form)
      const admit = (given: JsonObject) => admitObject(schema, given, { operation: 'create' })
      const admitted =
        old === undefined
          ? admit(object)
          : admitObject(schema, object, { operation: 'update', old: admit(old).object })
      const given = [...new Set(admitted.errors.map(formatFieldError))].sort()
      expect(given, `${name}, line ${index + 1}`).toEqual(errors)
    }
  })
})
