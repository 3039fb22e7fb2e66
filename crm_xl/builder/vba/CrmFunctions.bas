Attribute VB_Name = "CrmFunctions"
' The one worksheet function that is answered in VBA: only VBA knows what a cell's last call said.
Option Explicit

Public Function CRM_WHY(ByVal cell As Variant) As Variant
    ' The reason for the error a cell shows, or for its being empty; "" where there is nothing to say.
    Dim target As Object
    Dim value As Variant

    CRM_WHY = ""
    On Error GoTo failed
    If Not IsObject(cell) Then
        If IsError(cell) Then CRM_WHY = CrmText("why_not_a_cell")
        Exit Function
    End If
    Set target = cell
    Set target = target.Cells(1, 1)
    value = target.Value
    If Not IsError(value) Then
        If CStr(value) <> "" Then Exit Function
    End If
    CRM_WHY = ReasonOf(target.Address(External:=True))
    If CRM_WHY = "" And IsError(value) Then CRM_WHY = CrmText("why_unknown")
    Exit Function
failed:
    CRM_WHY = CVErr(2015)
End Function
