import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import type { MessageForm } from '@/lib/validation/field-error'
import { normalizedFormat } from '@/lib/validation/string-formats'

/** One `x-kubernetes-validations` entry. */
export interface ValidationRule {
  readonly rule: string
  readonly message: string
  readonly messageExpression: string
  readonly reason: string
  /** Path below the schema the rule is on, without the leading dot. */
  readonly fieldPath: string
  readonly optionalOldSelf: boolean
  readonly usesOldSelf: boolean
}

/** A node of a structural OpenAPI v3 schema, read once into the shape validation needs. */
export interface SchemaNode {
  /** Declared type, empty when there is none (inside oneOf and for int-or-string). */
  readonly type: string
  /** Types a value may have: `[type]`, or integer and string for int-or-string. */
  readonly types: readonly string[]
  /** Format that the API server checks, empty when it ignores the declared one. */
  readonly format: string
  /** Format as declared; CEL sees date-time strings as timestamps even where the format is not checked. */
  readonly declaredFormat: string
  /** Whether numbers without a format have to be those of their type's default one: of integers, since 1.35. */
  readonly checksDefaultFormat: boolean
  readonly nullable: boolean
  readonly default: JsonValue | undefined
  readonly properties: ReadonlyMap<string, SchemaNode>
  readonly items: SchemaNode | undefined
  readonly additional: SchemaNode | undefined
  /** Whether additionalProperties is given at all, as a schema or as `true`. */
  readonly allowsAdditional: boolean
  readonly required: readonly string[]
  readonly enum: readonly JsonValue[]
  readonly pattern: string
  readonly minLength: number | undefined
  readonly maxLength: number | undefined
  readonly minItems: number | undefined
  readonly maxItems: number | undefined
  readonly minProperties: number | undefined
  readonly maxProperties: number | undefined
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  readonly exclusiveMinimum: boolean
  readonly exclusiveMaximum: boolean
  readonly multipleOf: number | undefined
  readonly uniqueItems: boolean
  readonly allOf: readonly SchemaNode[]
  readonly anyOf: readonly SchemaNode[]
  readonly oneOf: readonly SchemaNode[]
  readonly not: SchemaNode | undefined
  readonly preserveUnknownFields: boolean
  readonly embeddedResource: boolean
  readonly intOrString: boolean
  readonly listType: string
  readonly listMapKeys: readonly string[]
  readonly rules: readonly ValidationRule[]
  /** Whether this node or one below it has rules; trees without are skipped. */
  readonly hasRules: boolean
  /** Whether this node or one below it has rules that look at the old value. */
  readonly hasTransitionRules: boolean
  /** Whether rules can see the value: data without a schema is hidden from them. */
  readonly isVisibleToRules: boolean
  /** Whether this node or one below it is a set or map list. */
  readonly hasListTypes: boolean
}

/** Reads an OpenAPI v3 schema. Anything malformed in it is treated as absent. */
export function readSchema(schema: JsonValue | undefined, form: MessageForm): SchemaNode {
  const source = isJsonObject(schema) ? schema : {}
  const children = readChildren(source, form)
  const rules = listOf(source['x-kubernetes-validations']).flatMap(readRule)
  const listType = textOf(source['x-kubernetes-list-type'])
  const below = [
    ...children.properties.values(),
    ...children.allOf,
    ...[children.items, children.additional].filter((node) => node !== undefined),
  ]
  const type = readType(source, form)
  return {
    ...type,
    ...readBounds(source),
    ...children,
    default: source['default'],
    required: listOf(source['required']).filter((name) => typeof name === 'string'),
    enum: listOf(source['enum']),
    pattern: textOf(source['pattern']),
    uniqueItems: source['uniqueItems'] === true,
    preserveUnknownFields: source['x-kubernetes-preserve-unknown-fields'] === true,
    embeddedResource: source['x-kubernetes-embedded-resource'] === true,
    listType,
    listMapKeys: listOf(source['x-kubernetes-list-map-keys']).filter(
      (name) => typeof name === 'string',
    ),
    rules,
    hasRules: rules.length > 0 || below.some((node) => node.hasRules),
    hasTransitionRules:
      rules.some((rule) => rule.usesOldSelf || rule.optionalOldSelf) ||
      below.some((node) => node.hasTransitionRules),
    isVisibleToRules: isVisible(type, children),
    hasListTypes:
      listType === 'set' || listType === 'map' || below.some((node) => node.hasListTypes),
  }
}

function isVisible(
  { type, intOrString }: Pick<SchemaNode, 'type' | 'intOrString'>,
  { items, additional }: Pick<SchemaNode, 'items' | 'additional'>,
): boolean {
  if (intOrString) return true
  if (type === 'array') return items?.isVisibleToRules === true
  if (type === 'object') return additional?.isVisibleToRules !== false
  return type !== ''
}

function readType(source: JsonObject, form: MessageForm) {
  const type = textOf(source['type'])
  const intOrString = source['x-kubernetes-int-or-string'] === true
  const types = intOrString ? ['integer', 'string'] : type === '' ? [] : [type]
  const declaredFormat = textOf(source['format'])
  return {
    type,
    types,
    intOrString,
    declaredFormat,
    format: normalizedFormat(declaredFormat, types.length === 1 ? type : '', form),
    checksDefaultFormat: type === 'integer' && form === 'since-1.35',
    nullable: source['nullable'] === true,
  }
}

function readBounds(source: JsonObject) {
  return {
    minLength: numberOf(source['minLength']),
    maxLength: numberOf(source['maxLength']),
    minItems: numberOf(source['minItems']),
    maxItems: numberOf(source['maxItems']),
    minProperties: numberOf(source['minProperties']),
    maxProperties: numberOf(source['maxProperties']),
    minimum: numberOf(source['minimum']),
    maximum: numberOf(source['maximum']),
    exclusiveMinimum: source['exclusiveMinimum'] === true,
    exclusiveMaximum: source['exclusiveMaximum'] === true,
    multipleOf: numberOf(source['multipleOf']),
  }
}

function readChildren(source: JsonObject, form: MessageForm) {
  const declared = source['properties']
  const properties = new Map<string, SchemaNode>()
  if (isJsonObject(declared)) {
    for (const name of Object.keys(declared)) {
      properties.set(name, readSchema(declared[name], form))
    }
  }
  const additional = source['additionalProperties']
  const nodes = (key: string) => listOf(source[key]).map((item) => readSchema(item, form))
  return {
    properties,
    items: isJsonObject(source['items']) ? readSchema(source['items'], form) : undefined,
    additional: isJsonObject(additional) ? readSchema(additional, form) : undefined,
    allowsAdditional: additional === true || isJsonObject(additional),
    allOf: nodes('allOf'),
    anyOf: nodes('anyOf'),
    oneOf: nodes('oneOf'),
    not: isJsonObject(source['not']) ? readSchema(source['not'], form) : undefined,
  }
}

function readRule(entry: JsonValue): ValidationRule[] {
  if (!isJsonObject(entry)) return []
  const rule = textOf(entry['rule'])
  if (rule.trim() === '') return []
  return [
    {
      rule,
      message: textOf(entry['message']).trim(),
      messageExpression: textOf(entry['messageExpression']),
      reason: textOf(entry['reason']),
      fieldPath: textOf(entry['fieldPath'])
        .replace(/\['([^']*)'\]/g, '.$1')
        .replace(/^\./, ''),
      optionalOldSelf: entry['optionalOldSelf'] === true,
      usesOldSelf: /\boldSelf\b/.test(rule),
    },
  ]
}

function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function numberOf(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}
