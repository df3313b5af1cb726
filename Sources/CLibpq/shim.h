#ifndef TOCSIN_CLIBPQ_SHIM_H
#define TOCSIN_CLIBPQ_SHIM_H
#include <postgresql/libpq-fe.h>
#endif
