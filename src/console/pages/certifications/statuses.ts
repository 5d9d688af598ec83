/** How a certification stands, by shape and word. */
export const certificationStatuses = {
  accepted: { glyph: 'waiting', text: 'Accepted' },
  waiting: { glyph: 'waiting', text: 'Waits for a resync to end' },
  certified: { glyph: 'green', text: 'Certified' },
  failed: { glyph: 'failed', text: 'Failed' },
} as const;
