/** How the door of the dashboard tells its pages and handlers whose request it is. What a client sends so is dropped. */
import { z } from 'zod'

export const SESSION_HEADER = 'x-mirrorboard-session'
export const LOGOUT_PATH = '/logout'

const signedIn = z.object({ name: z.string(), groups: z.array(z.string()) })

/** Whom a request is answered as. */
export type Person = Readonly<z.infer<typeof signedIn>>

/** The header's value for a person: ASCII, whatever the name. */
export function writePerson(person: Person): string {
  return encodeURIComponent(JSON.stringify(person))
}

/** The person that the header names; null when there is none, as in a dashboard's own process. */
export function readPerson(header: string | null): Person | null {
  if (header === null) return null
  try {
    return signedIn.parse(JSON.parse(decodeURIComponent(header)))
  } catch {
    return null
  }
}
