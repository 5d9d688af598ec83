/** Orders of the Error Log, and what its errors are counted by. */
export const errorOrders = ['newest', 'oldest', 'object'] as const;
export const errorFacets = ['object', 'code', 'field', 'school', 'schoolYear'] as const;
