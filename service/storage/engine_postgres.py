"""PostgreSQL through Piccolo, made to give back what it took; imported only where such an address is configured."""

from typing import Any

from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from service.library_internals import TransactionState


class SafePostgresTransaction(TransactionState, PostgresTransaction):
    """A transaction that returns its connection and stops being current even where BEGIN or COMMIT fails."""

    async def __aenter__(self) -> Any:
        if self.parent is not None:
            return self.parent
        self.connection = await self.get_connection()  # type: ignore[no-untyped-call]
        try:
            self.transaction = self.connection.transaction()
            await self.begin()  # type: ignore[no-untyped-call]
        except BaseException:
            await self._release()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, exception_type: Any, exception: Any, traceback: Any) -> bool:
        if self.parent is not None:
            return exception is None
        try:
            if exception_type is not None:
                await self.rollback()  # type: ignore[no-untyped-call]
            else:
                await self.commit()  # type: ignore[no-untyped-call]
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._release()
        return exception is None

    async def _release(self) -> None:
        if self.engine.pool:
            await self.engine.pool.release(self.connection)
        else:
            await self.connection.close()


class SafePostgres(PostgresEngine):
    """Piccolo's engine with the transaction above."""

    def transaction(self, allow_nested: bool = True) -> SafePostgresTransaction:
        """As Piccolo's."""
        return SafePostgresTransaction(engine=self, allow_nested=allow_nested)
