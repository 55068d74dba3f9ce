import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { goNameOf, isQuantity } from '../kinds/core/core-schemas'

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
  const full = fullNameOf(schema)
  if (full === undefined) return withReferences(schema, components)
  // How a field merges is said where it is used, and what it is: kubectl shows nothing else of it in a list of fields.
  const isOfField = (key: string) => key === 'description' || key.startsWith('x-kubernetes-patch-')
  const facts = Object.entries(schema).filter(([key]) => isOfField(key))
  if (components[full] === undefined) {
    components[full] = {}
    const own = Object.entries(schema).filter(([key]) => !isOfField(key))
    components[full] = withReferences(Object.fromEntries(own), components)
  }
  return {
    ...Object.fromEntries(facts),
    allOf: [{ $ref: `#/components/schemas/${full}` }],
    ...(isJsonObject(schema['properties']) ? { default: {} } : {}),
  }
}

/** The name under which the API server publishes a type; undefined for what it writes out where it is used. */
function fullNameOf(schema: JsonObject): string | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return isQuantity(schema)
      ? 'io.k8s.apimachinery.pkg.api.resource.Quantity'
      : 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'
  }
  const name = isJsonObject(schema['properties']) ? goNameOf(schema) : undefined
  return name === undefined ? undefined : `${packageOf(name)}.${name}`
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
