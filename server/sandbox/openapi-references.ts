import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { goNameOf } from './core-kinds/core-schemas'

/**
 * A built-in kind's schema with the structs inside it moved to `components` and referred to, as the API server publishes them:
 * that is where `kubectl explain` takes the names of types from.
 */
export function withReferences(schema: JsonObject, components: JsonObject): JsonObject {
  const refer = (child: JsonValue | undefined) =>
    isJsonObject(child) ? referTo(child, components) : (child ?? null)
  const { properties, items, additionalProperties } = schema
  return {
    ...schema,
    ...(isJsonObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, property]) => [name, refer(property)]),
          ),
        }
      : {}),
    ...(items === undefined ? {} : { items: refer(items) }),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: refer(additionalProperties) }),
  }
}

function referTo(schema: JsonObject, components: JsonObject): JsonObject {
  const name = goNameOf(schema)
  if (name === undefined || !isJsonObject(schema['properties'])) {
    return withReferences(schema, components)
  }
  const full = `${packageOf(name)}.${name}`
  // How a field merges is said where it is used, everything else where the struct is.
  const facts = Object.entries(schema).filter(([key]) => key.startsWith('x-kubernetes-patch-'))
  if (components[full] === undefined) {
    components[full] = {}
    const own = Object.entries(schema).filter(([key]) => !key.startsWith('x-kubernetes-patch-'))
    components[full] = withReferences(Object.fromEntries(own), components)
  }
  return {
    ...Object.fromEntries(facts),
    allOf: [{ $ref: `#/components/schemas/${full}` }],
    default: {},
  }
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

const PACKAGES: readonly (readonly [names: RegExp, name: string])[] = [
  [/^(ObjectMeta|OwnerReference|LabelSelector.*|Condition|ManagedFieldsEntry)$/, META],
  [/^(Deployment|ReplicaSet|RollingUpdate)/, 'io.k8s.api.apps.v1'],
  [/^(Endpoint(Conditions|Hints|Port)?|ForZone|ForNode)$/, 'io.k8s.api.discovery.v1'],
  [/^Lease/, 'io.k8s.api.coordination.v1'],
]

function packageOf(name: string): string {
  return PACKAGES.find(([names]) => names.test(name))?.[1] ?? 'io.k8s.api.core.v1'
}
