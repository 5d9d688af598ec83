/** Up to so many errors are counted; of more it is only said that there are more. */
export const mostCounted = 10_000;

export const errorOrders = ['newest', 'oldest', 'object'] as const;
export const errorFacets = ['object', 'code', 'field', 'school', 'schoolYear'] as const;
