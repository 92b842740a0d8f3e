// Versions: ours, and the one of OpenNebula whose API this speaks, which clients compare with their own.

export const VERSION = '0.1.0';
export const API_VERSION = '6.8.3';
