/**
 * What an apply lets stay because others own it: named, and removed where a person asks for it. A removal is two writes: the fields'
 * ownership moves to us, which changes no value, and the apply without them then removes them with all else it changes, at once.
 */
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { mergePatchBetween } from '@/lib/manifest/merge-patch'
import { type FieldSteps, fieldAt, withoutField } from '@/lib/manifest/ownership/field-tree'
import { type LeftField, leftOut } from '@/lib/manifest/ownership/left-out'
import { lastAppliedWithout, removalPaths, takeOver } from '@/lib/manifest/ownership/take-over'
import { LAST_APPLIED } from '@/lib/manifest/to-editable-yaml'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson } from '@/lib/shared/json-values'
import { sendApply, sendMergePatch, type Target, type Written } from './apply-request'
import { KubeError } from './kube-error'

/**
 * The fields that the draft leaves out and that stay in `answer`, the server's answer to it. What would come back by itself, a
 * default, is not among them: a dry run without all of them tells. Where the server refuses that one, what has an owner is named.
 */
export async function leftBehind(
  target: Target,
  live: KubernetesObject,
  answer: KubernetesObject,
): Promise<readonly LeftField[]> {
  const left = leftOut(live, target.draft)
    .filter(({ path }) => target.part === undefined || isAmong(path, target.part))
    .filter((field) => isThere(answer, field))
  const movable = left.filter(({ isHeld }) => !isHeld)
  if (movable.length === 0) return left
  const paths = removalPaths(left, movable, target.draft)
  const without = await previewRemoval(target, live, answer, paths).catch((error: unknown) => {
    if (error instanceof KubeError && error.status !== null) return null
    throw error
  })
  if (without === null) return left.filter(({ managers }) => managers.length > 0)
  return left.filter((field) => field.isHeld || !isThere(without.object, field))
}

/** Whether an object has a field as it was found. */
export function isThere(object: KubernetesObject, { path, value }: LeftField): boolean {
  return equalJson(fieldAt(toJson(object), path), value)
}

/** The fields that are asked for, of those that can be taken over. */
export function chosenOf(
  left: readonly LeftField[],
  asked: readonly FieldSteps[],
): readonly LeftField[] {
  return left.filter(({ path, isHeld }) => !isHeld && isAmong(path, asked))
}

function isAmong(path: FieldSteps, paths: readonly FieldSteps[]): boolean {
  return paths.some((one) => equalJson(one, path))
}

/** What would be stored: the apply's answer without the fields, as the server admits it. Stores nothing. */
export async function previewRemoval(
  target: Target,
  live: KubernetesObject,
  answer: KubernetesObject,
  paths: readonly FieldSteps[],
): Promise<Written> {
  const record = lastAppliedWithout(live, paths)
  const wanted = withRecord(paths.reduce<JsonValue>(withoutField, toJson(answer)), record)
  const { resourceVersion } = live.metadata
  const patch = mergePatchBetween(patchable(toJson(live)), patchable(wanted))
  const body = { ...patch, metadata: { ...(patch['metadata'] as JsonObject), resourceVersion } }
  return await sendMergePatch(target, body, { dryRun: true })
}

/** Without what a write does not set. */
function patchable(object: JsonObject): JsonObject {
  const { status, ...rest } = object
  const { managedFields, generation, resourceVersion, ...metadata } = rest['metadata'] as JsonObject
  return { ...rest, metadata }
}

function withRecord(object: JsonValue, record: string | undefined): JsonObject {
  const whole = object as JsonObject
  if (record === undefined) return whole
  const metadata = whole['metadata'] as JsonObject
  const annotations = { ...(metadata['annotations'] as JsonObject), [LAST_APPLIED]: record }
  return { ...whole, metadata: { ...metadata, annotations } }
}

/**
 * Takes the fields over and applies the draft, which removes them. Both writes are guarded by the version before them. Where the
 * apply is refused, ownership is given back as far as nobody has written since, and the refusal is thrown.
 */
export async function removeAndApply(
  target: Target,
  live: KubernetesObject,
  paths: readonly FieldSteps[],
): Promise<Written> {
  // Once begun, it is ended: a person who leaves the page does not stop it halfway.
  const unhurried = { ...target, signal: undefined }
  const record = lastAppliedWithout(live, paths)
  const owned = (object: KubernetesObject, managedFields: unknown, annotation?: string) => ({
    metadata: {
      resourceVersion: object.metadata.resourceVersion,
      managedFields,
      ...(record === undefined ? {} : { annotations: { [LAST_APPLIED]: annotation } }),
    },
  })
  const moved = await sendMergePatch(unhurried, owned(live, takeOver(live, paths), record), {
    dryRun: false,
  })
  const { resourceVersion } = moved.object.metadata
  try {
    return await sendApply(unhurried, { dryRun: false, force: target.force, resourceVersion })
  } catch (error) {
    const { managedFields, annotations } = live.metadata
    const back = owned(moved.object, managedFields, annotations?.[LAST_APPLIED])
    // Its own refusal says nothing new: whoever wrote since owns what they wrote.
    await sendMergePatch(unhurried, back, { dryRun: false }).catch(() => undefined)
    throw error
  }
}

function toJson(object: KubernetesObject): JsonObject {
  return object as unknown as JsonObject
}
