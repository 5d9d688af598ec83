/** Types that many columns have, so that a like thing is as wide everywhere. */

export const text = 'VARCHAR(255)';
export const code = 'VARCHAR(20)';
export const money = 'DECIMAL(10,2)';
export const flag = 'TINYINT(1) NOT NULL DEFAULT 0';
export const stamp = 'DATETIME(3)';
/** Dates in which a status holds. */
export const span = ['startDate DATE NOT NULL', 'endDate DATE'];
