/** Which schemas a text needs beside those that are known: other kinds and versions of the Gateway API. Pure. */

import type { JsonObject } from '@/lib/shared/json'
import { splitApiVersion } from './api-version'
import { GATEWAY_API_GROUP, KINDS, type KnownPlural } from './kinds'

export interface SchemaWish {
  readonly plural: KnownPlural
  readonly version: string
}

/** Of one text; the other kinds stay for the review. */
const WISHES_MAX = 8

const PLURALS: readonly KnownPlural[] = [
  'httproutes',
  'gateways',
  'gatewayclasses',
  'grpcroutes',
  'referencegrants',
]

/** The wish for an object's kind; undefined for a kind that is not one of the Gateway API. */
export function wishFor(object: JsonObject | undefined): SchemaWish | undefined {
  const plural = PLURALS.find((name) => KINDS[name].kind === object?.['kind'])
  const { group, version } = splitApiVersion(String(object?.['apiVersion']))
  const isVersion = /^v\d{1,2}(?:(?:alpha|beta)\d{1,2})?$/.test(version)
  return plural !== undefined && group === GATEWAY_API_GROUP && isVersion
    ? { plural, version }
    : undefined
}

/** `httproutes v1beta1`. */
export function wishKey({ plural, version }: SchemaWish): string {
  return `${plural} ${version}`
}

/** Wishes for all objects, each once. */
export function wishesFor(objects: readonly JsonObject[]): readonly SchemaWish[] {
  const wishes = new Map<string, SchemaWish>()
  for (const object of objects) {
    const wish = wishFor(object)
    if (wish !== undefined && wishes.size < WISHES_MAX) wishes.set(wishKey(wish), wish)
  }
  return [...wishes.values()]
}
