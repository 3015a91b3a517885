#ifndef CLIENT_CALL_H
#define CLIENT_CALL_H

#include "client.h"
#include "service.h"

/* What a call and an exchange of any method have in common. */

/* The options as rpc takes them; borrowed from `from`. */
rpc_options client_call_options(const neap_call_options *from, const char *op);

/* The method of that name, which streams or does not, as wanted. */
bool client_call_method(const char *name,
                        bool streams,
                        service_method *method,
                        neap_error *err);

#endif
