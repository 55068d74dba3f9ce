/** What the cluster has said of its kinds so far, and what it says now. Pure. */
import type { SchemaResponse } from '@/lib/dashboard-api/live'
import { wishFor, wishKey } from '@/lib/gateway-api/wanted-schemas'
import { equalJson } from '@/lib/shared/json-values'
import type { ValidationContext } from './validate-text'

type Known = Pick<ValidationContext, 'schemas' | 'unserved'>

/**
 * Both together, the later one where they differ: an editor and a review ask for kinds of their own, and neither is to take the
 * other's away. The very list where nothing is new, since schemas are compiled once for each list.
 */
export function withSchemas(known: Known, said: Known): Known {
  const isKnown = (schema: SchemaResponse) => known.schemas.some((one) => equalJson(one, schema))
  const news = said.schemas.filter((schema) => !isKnown(schema))
  const keys = new Set(said.schemas.map(keyOf))
  const replaced = new Set(news.map(keyOf))
  const kept = known.schemas.filter((schema) => !replaced.has(keyOf(schema)))
  const unserved = new Set([...known.unserved, ...said.unserved])
  return {
    schemas: news.length === 0 ? known.schemas : [...kept, ...news],
    unserved: [...unserved].filter((key) => !keys.has(key)),
  }
}

function keyOf({ apiVersion, kind }: SchemaResponse): string {
  const wish = wishFor({ apiVersion, kind })
  return wish === undefined ? `${kind} ${apiVersion}` : wishKey(wish)
}
