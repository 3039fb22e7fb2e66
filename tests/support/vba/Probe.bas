Attribute VB_Name = "Probe"
' What a scenario of a test uses to tell an outcome as text.
Option Explicit

Private said As String

Public Sub Say(ByVal value As Variant)
    Dim item As Variant
    If IsArray(value) Then
        For Each item In value
            said = said & Told(item) & ";"
        Next item
    Else
        said = said & Told(value)
    End If
    said = said & vbLf
End Sub

Public Function AllSaid() As String
    AllSaid = said
End Function

Public Function CellAt(ByVal place As String) As Object
    Set CellAt = ThisWorkbook.Worksheets(1).Range(place)
End Function

Public Function KeptFor(ByVal place As String) As String
    KeptFor = ReasonOf(CellAt(place).Address(External:=True))
End Function

Public Function EnabledOf(ByVal id As String) As Variant
    Dim control As New FakeControl
    Dim enabled As Variant
    control.ID = id
    CRM_GetEnabled control, enabled
    EnabledOf = enabled
End Function

Private Function Told(ByVal value As Variant) As String
    If IsError(value) Then
        Told = "<" & CStr(value) & ">"
    Else
        Told = CStr(value)
    End If
End Function
