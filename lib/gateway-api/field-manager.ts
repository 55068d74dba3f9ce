/** Name of the owner of every field the dashboard writes: what managedFields call its manager. */
export const FIELD_MANAGER = 'mirrorboard'
