/** Answers of an API server with all that differs from run to run taken out, so that two of them can be compared. */
import { isJsonObject } from '@/lib/shared/json-values'

const UID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
const TIME = /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g
const SERVICE_IP = /\b10\.\d+\.\d+\.\d+\b/g
const NO_UID = '00000000-0000-0000-0000-000000000000'

/** A name for every uid, time, version and address; errors and owners in an order of their own. `keepsOwners` keeps managedFields. */
export function normalAnswer(body: unknown, namespace: string, keepsOwners = true): unknown {
  const owners = (key: string, value: unknown) => {
    if (key !== 'managedFields' || !Array.isArray(value)) return value
    return keepsOwners ? sortedOwners(value) : undefined
  }
  const text = (JSON.stringify(body, owners) ?? 'null')
    .replaceAll(namespace, '{ns}')
    .replace(UID, (uid) => (uid === NO_UID ? uid : 'UID'))
    .replace(TIME, 'TIME')
    .replace(SERVICE_IP, 'IP')
    .replace(/("resourceVersion\\*":\s*\\*")\d+/g, '$1RV')
    .replace(/(ResourceVersion in \w+ \(|current: |resource version: )\d+/g, '$1RV')
    .replace(/("continue\\*":\s*\\*")[^"\\]+/g, '$1TOKEN')
    // Where in the server's code a list of types was made.
    .replace(/ in scheme \\+"[^"\\]+\\+"/g, '')
  const value: unknown = JSON.parse(text)
  return isJsonObject(value) && value['kind'] === 'Status' ? orderedStatus(value) : value
}

/** Owners stand in the order of their times, which a new second between two writes turns round. */
function sortedOwners(entries: readonly unknown[]): unknown[] {
  const nameOf = (entry: unknown) => {
    const { manager, operation, apiVersion, subresource } = Object(entry)
    return JSON.stringify([manager, operation, apiVersion, subresource])
  }
  return [...entries].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

function orderedStatus(status: Record<string, unknown>): unknown {
  const details = status['details']
  const causes = isJsonObject(details) ? details['causes'] : undefined
  if (!Array.isArray(causes) || causes.length < 2) return status
  const { message: _, ...rest } = status
  const ordered = causes.map((cause) => JSON.stringify(cause)).sort()
  return {
    ...rest,
    details: { ...Object(details), causes: ordered.map((cause) => JSON.parse(cause)) },
  }
}
