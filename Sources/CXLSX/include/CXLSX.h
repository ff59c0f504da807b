#ifndef JIAYUAN_CXLSX_H
#define JIAYUAN_CXLSX_H

/* A workbook of one sheet written over libxlsxwriter, row by row from the top. A cell that is written as text never
 * becomes a formula, a link or a number, whatever it begins with.
 *
 * Ownership: the handle is freed by jy_xlsx_close, also where writing failed. Strings are only read during the call.
 * The file exists once it is closed. */
typedef struct jy_xlsx jy_xlsx;

/* `folder`: where the parts of the file lie until it is whole. Returns NULL without memory or for a name that no sheet
 * may have. */
jy_xlsx *jy_xlsx_open(const char *path, const char *folder, const char *sheet);

/* Both return 0, or not 0 for a place or a text that no sheet has room for. Rows and columns begin with 0. */
int jy_xlsx_text(jy_xlsx *xlsx, unsigned row, unsigned column, const char *text, int is_head);
int jy_xlsx_number(jy_xlsx *xlsx, unsigned row, unsigned column, double number);

/* Returns 0, or not 0 if the file could not be written. */
int jy_xlsx_close(jy_xlsx *xlsx);
#endif
