import { goQuote } from '@/lib/validation/go-text'
import type { AccessRequest } from './policy'

/** As in the API server, no message may pass for HTML. */
const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** What a refused person reads, in the API server's words, without the object's name before it. */
export function forbiddenSentence(user: string, request: AccessRequest, reason = ''): string {
  const who = `User ${goQuote(user)} cannot ${request.verb}`
  const what =
    request.is === 'path'
      ? `path ${goQuote(request.path)}`
      : `resource ${goQuote(combined(request))} in API group ${goQuote(request.group)} ${place(request.namespace)}`
  const asked = `${who} ${what}`.replace(/[&<>]/g, (character) => HTML[character] ?? character)
  return reason === '' ? asked : `${asked}: ${reason}`
}

/** The whole message of the 403 Status. */
export function forbiddenMessage(user: string, request: AccessRequest, reason = ''): string {
  const sentence = forbiddenSentence(user, request, reason)
  if (request.is === 'path') return `forbidden: ${sentence}`
  const { resource, group, name } = request
  const qualified = group === '' ? resource : `${resource}.${group}`
  return name === ''
    ? `${qualified} is forbidden: ${sentence}`
    : `${qualified} ${goQuote(name)} is forbidden: ${sentence}`
}

function combined({ resource, subresource }: { resource: string; subresource: string }): string {
  return subresource === '' ? resource : `${resource}/${subresource}`
}

function place(namespace: string): string {
  return namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(namespace)}`
}
