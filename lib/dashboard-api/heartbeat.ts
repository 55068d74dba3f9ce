/**
 * Event streams say at least this often that they are still there, by an event of this name: comments are not shown to a
 * page. https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes
 */
export const HEARTBEAT = { event: 'heartbeat', intervalMs: 15_000, silenceMsMax: 45_000 } as const

/** The event as it is sent. */
export const HEARTBEAT_TEXT = `event: ${HEARTBEAT.event}\ndata: {}\n\n`
